using System.Net.Sockets;
using System.Text;
using DataForge.Corpus.Events;
using DataForge.Service.Ledger;
using DataForge.Testing;

namespace DataForge.Service.Tests.Hosting;

/// <summary>The service as its users run it.</summary>
public sealed class ServeProcessTests
{
    [Fact]
    public async Task Serve_killedDuringRuns_losesNothingAndTakesWhatChanged()
    {
        using var service = new ServeProcess("*/2 * * * * *");
        for (int kill = 1; kill <= 2; kill++)
        {
            await service.StartAsync();
            int completed = 0;
            await service.UntilAsync(async () => (completed = (await service.StatesAsync()).Count(state => state == "completed")) >= kill);
            service.AddFile(kill + 1);
            await service.UntilAsync(async () => (await service.StatesAsync()).Contains("running"));
            await service.Process.KillAfterAsync(TimeSpan.Zero);
        }

        await service.StartAsync();
        int before = (await service.StatesAsync()).Count(state => state == "completed");
        await service.UntilAsync(async () => (await service.StatesAsync()).Count(state => state == "completed") >= before + 2);
        service.Process.Terminate();
        (int code, _, string log) = await service.Process.FinishAsync();

        Assert.Equal(0, code);
        Assert.Contains("service stopped", log, StringComparison.Ordinal);
        using (SqliteLedger database = SqliteLedger.Open(service.StateFolder, TimeProvider.System))
        {
            var history = new RunHistory(database);
            IReadOnlyList<DueTime> rows = history.Newest(null, long.MaxValue, 1000);
            Assert.DoesNotContain(rows, row => row.State is DueState.Failed or DueState.Stopped);
            Assert.InRange(rows.Count(row => row.State != DueState.Skipped && row.State != DueState.Completed), 0, 1);
            Assert.Contains(rows.SelectMany(row => history.Attempts(row.Id)), attempt => attempt.Outcome == "interrupted");
            Assert.Contains("\"clean.contents.in\":3", history.Attempts(rows.First(row => row.State == DueState.Completed).Id)[^1].Counts, StringComparison.Ordinal);
        }

        // What a run reports names repositories; the history never does, so that there is nothing in it for an opt-out to remove.
        string events = Path.Combine(service.Workspace, "runs", "often", "events");
        Assert.Contains(EventLog.Read(events).OfType<RunFinished>(), run => run.Status == "done");
        foreach (string file in Directory.GetFiles(service.StateFolder))
        {
            Assert.DoesNotContain("secretowner", Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("secretowner", log, StringComparison.Ordinal);
        await DataForgeProcess.SucceedAsync("verify", "--workspace", service.Workspace, "--run", "often");
    }

    [Fact]
    public async Task Serve_underAServiceManager_tellsThatItIsReadyAliveAndStopping()
    {
        using var folder = new TemporaryFolder();
        using var service = new ServeProcess("0 0 1 1 *");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(folder["notify"]));
        Task<List<string>> told = Task.Run(() => ReceiveUntil(manager, "STOPPING=1"));

        await service.StartAsync(("NOTIFY_SOCKET", folder["notify"]), ("WATCHDOG_USEC", "200000"));
        await Task.Delay(500);
        service.Process.Terminate();
        (int code, _, _) = await service.Process.FinishAsync();

        List<string> messages = await told;
        Assert.Equal(0, code);
        Assert.Contains("READY=1", messages);
        Assert.True(messages.Count(message => message == "WATCHDOG=1") > 1);
        Assert.Equal("STOPPING=1", messages[^1]);
    }

    [Fact]
    public async Task Serve_wrongFile_endsWithOneLineAndExitCode2()
    {
        using var folder = new TemporaryFolder();
        string config = folder.Write("service.json", """{ "schedules": [ { "name": "a", "cron": "often" } ], "port": 80 }""");

        (int code, string output, string error) = await DataForgeProcess.RunAsync("serve", "--config", config, "--check");

        Assert.Equal((2, ""), (code, output));
        Assert.Single(error.Trim().Split('\n'));
        Assert.Contains("there is no setting port", error, StringComparison.Ordinal);
    }

    private static List<string> ReceiveUntil(Socket socket, string last)
    {
        socket.ReceiveTimeout = 60_000;
        List<string> messages = [];
        byte[] buffer = new byte[4096];
        while (!messages.Contains(last))
        {
            messages.AddRange(Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        return messages;
    }
}
