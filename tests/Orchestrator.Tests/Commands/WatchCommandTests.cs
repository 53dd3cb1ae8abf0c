using DataForge.Orchestrator.Commands;
using DataForge.Orchestrator.Terminal;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Commands;

public sealed class WatchCommandTests : IDisposable
{
    private const string Log = "w/runs/r/events/20260101T000000.000Z-999999999.jsonl";

    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();

    [Fact]
    public async Task Watch_runThatEnds_endsWithIt()
    {
        Write("stage.started", "\"stage\":\"clean\"");
        Write("stage.advanced", "\"stage\":\"clean\",\"unit\":\"files\",\"done\":50,\"total\":100,\"seconds\":5");
        Task watching = WatchAsync(isTerminal: false, TestContext.Current.CancellationToken);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.False(watching.IsCompleted);
        Write("stage.finished", "\"stage\":\"clean\",\"seconds\":9");
        Write("training.step", Step);
        Write("run.finished", "\"run\":\"r\",\"status\":\"done\",\"seconds\":9");
        await watching.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        string[] lines = _output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("running  clean 50 %  0 parts done  10 files/s  5.0 s left", lines[0]);
        Assert.Contains(lines, line => line.StartsWith("r  done", StringComparison.Ordinal));
        Assert.Contains("loss      3.250 at step 7 of 9", lines);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 80));
    }

    [Fact]
    public async Task Watch_stoppedByTheUser_endsWithoutAFault()
    {
        Write("stage.started", "\"stage\":\"\\u001b[31mclean\"");
        Write("stage.started", "\"stage\":\"clean\"");
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await WatchAsync(isTerminal: true, stop.Token);
        Assert.Contains("running", _output.ToString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
    }

    private const string Step = "\"step\":7,\"steps\":9,\"loss\":3.25,\"tokensPerSecond\":1000,\"learningRate\":0.001,\"gradientNorm\":1,"
        + "\"secondsLeft\":2";

    private Task WatchAsync(bool isTerminal, CancellationToken stop)
    {
        var terminal = new CommandTerminal(() => Stream.Null, () => Stream.Null, _output, TextWriter.Null, isTerminal, () => 80);
        return new WatchCommand(terminal, TimeProvider.System).RunAsync(new RunReference(_folder["w"], "r"), stop);
    }

    private void Write(string type, string fields)
    {
        _folder.Write("w/runs/r/version", "1\n");
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[Log])!);
        File.AppendAllText(_folder[Log], $"{{\"type\":\"{type}\",\"time\":\"2026-01-01T00:00:00+00:00\",{fields}}}\n");
    }
}
