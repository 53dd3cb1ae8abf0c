using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Tests.Hosting;
using DataForge.Pretrain.Torch;
using DataForge.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace DataForge.Orchestrator.Tests.Logging;

public sealed class LogLinesTests(BuiltWorkspace built) : IClassFixture<BuiltWorkspace>
{
    private static readonly string[] Stages = ["crawl", "clean", "dedup", "tokenize"];

    [Fact]
    public void Build_logJson_everyLineNamesRunAndStageAndPart()
    {
        List<JsonElement> lines = [.. built.Log.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.All(lines, line =>
        {
            Assert.Equal("r", line.GetProperty("run").GetString());
            Assert.True(line.GetProperty("time").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
            Assert.StartsWith("DataForge.", line.GetProperty("category").GetString()!, StringComparison.Ordinal);
            Assert.False(string.IsNullOrEmpty(line.GetProperty("message").GetString()));
        });
        foreach (string stage in Stages)
        {
            List<string> events = [.. lines.Where(line => Text(line, "stage") == stage).Select(line => Text(line, "event")!)];
            Assert.Equal("StageStarted", events[0]);
            Assert.Equal("StageFinished", events[^1]);
            Assert.Contains(
                lines,
                line => Text(line, "stage") == stage && Text(line, "event") == "PartComputed" && Text(line, "part") is not null);
        }

        foreach (JsonElement computed in lines.Where(line => Text(line, "event") == "PartComputed"))
        {
            Assert.Contains(lines, line => Text(line, "event") == "PartStarted" && Text(line, "stage") == Text(computed, "stage")
                && Text(line, "part") == Text(computed, "part"));
        }

        Assert.Contains(lines, line => Text(line, "stage") == "clean" && Text(line, "part") == "part-00000");
        Assert.Equal("RunDone", Text(lines[^1], "event"));
        Assert.Null(Text(lines[^1], "stage"));
    }

    /// <summary>The stages after the tokens: with those of the shared build, a whole quickstart.</summary>
    [Fact]
    public async Task Build_trainingAndReport_everyLineNamesRunAndStageAndPart()
    {
        Assert.SkipWhen(
            NativeLibraryFinder.Find() is null,
            "libdataforge_torch.so is not compiled (Pretrain/Torch/native/build.sh artifacts/native)");
        string[] training =
        [
            "--set", "pretrain.preset=quickstart", "--set", "pretrain.steps=2", "--set", "pretrain.batchsize=2",
            "--set", "pretrain.device=cpu", "--set", "pretrain.blocksize=64", "--set", "pretrain.evaluateevery=1", "--set", "pretrain.warmupsteps=1",
            "--set", "pretrain.maxvalidationblocks=8", "--set", "pretrain.heldoutbytes=8192", "--set", "pretrain.sampleprompt=def f(a):",
        ];
        foreach (string stage in new[] { StageNames.Pretrain, StageNames.Report })
        {
            var terminal = new TestTerminal();
            int code = await DataForgeHost.InvokeAsync(
                [
                    stage, "--workspace", built.Folder, "--run", "r", "--log", "json", "--verbosity", "detailed",
                    .. stage == StageNames.Pretrain ? training : [],
                ],
                terminal.Terminal, CancellationToken.None);
            Assert.True(code == 0, terminal.Error.ToString());
            List<JsonElement> lines = [.. terminal.ErrorLines.Select(line => JsonDocument.Parse(line).RootElement)];
            Assert.All(lines, line => Assert.Equal("r", Text(line, "run")));
            Assert.Contains(
                lines,
                line => Text(line, "stage") == stage && Text(line, "event") == "PartComputed" && Text(line, "part") is not null);
            Assert.Equal(stage == StageNames.Pretrain, lines.Any(line => Text(line, "event") == "Step" && Text(line, "part") is not null));
        }
    }

    [Fact]
    public async Task Build_logText_namesRunStageAndPartBeforeTheMessage()
    {
        var terminal = new TestTerminal();
        int code = await DataForgeHost.InvokeAsync(
            ["clean", "--workspace", built.Folder, "--run", "r", "--log", "text"], terminal.Terminal, CancellationToken.None);
        Assert.Equal(0, code);
        Assert.Contains(
            terminal.ErrorLines,
            line => line.EndsWith("Z information [r clean part-00000] clean part-00000: reused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Build_noLogOption_writesNoLogLines()
    {
        var terminal = new TestTerminal();
        int code = await DataForgeHost.InvokeAsync(
            ["clean", "--workspace", built.Folder, "--run", "r"], terminal.Terminal, CancellationToken.None);
        Assert.Equal(0, code);
        Assert.Equal("", terminal.Error.ToString());
        Assert.Contains("files kept", terminal.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("files kept", built.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_quiet_showsWarningsOnly()
    {
        var terminal = new TestTerminal();
        int code = await DataForgeHost.InvokeAsync(
            ["clean", "--workspace", built.Folder, "--run", "r", "--verbosity", "quiet"], terminal.Terminal, CancellationToken.None);
        Assert.Equal(0, code);
        Assert.Equal("", terminal.Output.ToString());
        Assert.Equal("", terminal.Error.ToString());
    }

    [Theory]
    [InlineData("--log", "xml", "--log xml: give one of text|json.")]
    [InlineData("--verbosity", "loud", "--verbosity loud: give one of errors|quiet|normal|detailed|debug.")]
    public async Task Log_unknownValue_isWrongUse(string option, string value, string expected)
    {
        var terminal = new TestTerminal();
        int code = await DataForgeHost.InvokeAsync(["stats", option, value], terminal.Terminal, CancellationToken.None);
        Assert.Equal(DataForgeException.WrongUse, code);
        Assert.StartsWith("dataforge: " + expected, Assert.Single(terminal.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_wrongOptions_areAllNamedInOneLine()
    {
        using var folder = new TemporaryFolder();
        var terminal = new TestTerminal();
        int code = await DataForgeHost.InvokeAsync(
            ["build", "--workspace", folder["w"], "--set", "dedup.threshold=7", "--set", "tokenize.vocabularysize=1"],
            terminal.Terminal, CancellationToken.None);
        Assert.Equal(DataForgeException.WrongUse, code);
        string line = Assert.Single(terminal.ErrorLines);
        Assert.Contains("Dedup: ", line, StringComparison.Ordinal);
        Assert.Contains("Tokenize: ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_faultInAPart_isLoggedWithRunStageAndPart()
    {
        var terminal = new TestTerminal();
        int code = await DataForgeHost.InvokeAsync(
            ["report", "--workspace", built.Folder, "--run", "r", "--log", "json"], terminal.Terminal, CancellationToken.None,
            services => services.AddSingleton<IStage>(new FaultyPart()));
        Assert.Equal(DataForgeException.Failed, code);
        JsonElement failed = terminal.ErrorLines.Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement)
            .Single(line => Text(line, "event") == "PartFailed");
        Assert.Equal(("r", "report", "page"), (Text(failed, "run"), Text(failed, "stage"), Text(failed, "part")));
    }

    private static string? Text(JsonElement line, string field) =>
        line.TryGetProperty(field, out JsonElement value) ? value.GetString() : null;

    private sealed class FaultyPart : IStage
    {
        public string Name => StageNames.Report;

        public Task RunAsync(StageContext context, CancellationToken cancellation) => context.RunPartAsync(
            Name, "planted", new PartPlan("page", "planted", 1, (_, _) => throw new InvalidOperationException("planted")), cancellation);
    }
}
