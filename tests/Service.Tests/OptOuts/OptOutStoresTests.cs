using System.Net;
using System.Text;
using DataForge.Service.Ledger;
using DataForge.Service.Tests.Hosting;
using DataForge.Service.Tests.Telemetry;
using DataForge.Testing;
using Microsoft.Data.Sqlite;

namespace DataForge.Service.Tests.OptOuts;

/// <summary>
/// What a service keeps beside its workspace: its history, and telemetry that could not be sent. Neither ever has a name that an opt-out
/// would have to remove.
/// </summary>
public sealed class OptOutStoresTests : IDisposable
{
    private const string Repository = "zqxowner/zqxname";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task OptOut_ofWhatAServiceBuilt_leavesNoNameInAnyStore()
    {
        // Telemetry that the receiver refuses is kept in files until it can be sent.
        using var receiver = new OtlpReceiver(HttpStatusCode.ServiceUnavailable);
        _folder.Write(
            "in/rows.jsonl",
            $$"""
            {"repo":"{{Repository}}","path":"a.py","content":"def zqxcontent():\n    return [1, 'one of many']\n","license":"mit"}
            {"repo":"{{Repository}}","path":"b.py","content":null,"license":"mit"}
            {"repo":"other/name","path":"a.py","content":"def other():\n    return [2, 'one of many']\n","license":"mit"}

            """);
        using var service = new ServeProcess(new ServeSettings
        {
            Cron = "*/4 * * * * *", Sources = ["jsonl:" + _folder["in"]], Workspace = _folder["stores/workspace"],
            Environment = new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "disk", ["OTEL_DOTNET_EXPERIMENTAL_OTLP_DISK_RETRY_DIRECTORY_PATH"] = _folder["stores/telemetry"],
            },
        });
        await service.StartAsync();
        await service.UntilAsync(async () => (await service.StatesAsync()).Contains("completed"));
        service.Process.Terminate();
        (int code, string output, string log) = await service.Process.FinishAsync();
        Assert.True(code == 0, log);
        File.Move(Path.Combine(service.StateFolder, "history.db"), _folder["stores/history.db"]);
        _folder.Write("stores/service.log", output + log);

        // The service sent what only a service measures, too.
        Assert.All(ScheduleMetrics.All, metric => Assert.Contains(SentMetric.Of(metric), receiver.Metrics));
        Assert.Contains(Directory.GetFiles(_folder["stores/telemetry"], "*", SearchOption.AllDirectories), file => new FileInfo(file).Length > 0);
        Assert.Contains(Traces(), trace => trace.Contains("/events/", StringComparison.Ordinal));

        await DataForgeProcess.SucceedAsync("optout", _folder.Write("list.txt", Repository + "\n"), "--workspace", service.Workspace);

        Assert.Equal(["workspace/optout.json"], Traces());
    }

    /// <summary>The search finds a name in each store that had one: a reason in the history, a tag of a span, a line of a new file.</summary>
    [Fact]
    public void Traces_nameInAStore_areFound()
    {
        using (SqliteLedger ledger = SqliteLedger.Open(_folder["stores"], TimeProvider.System))
        {
            new RunHistory(ledger).RequestStart("nightly");
        }

        using (var history = new SqliteConnection($"Data Source={_folder["stores/history.db"]};Pooling=False"))
        {
            history.Open();
            using SqliteCommand command = history.CreateCommand();
            command.CommandText = $"UPDATE due_times SET reason = 'the crawl of {Repository} failed'";
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        Directory.CreateDirectory(_folder["stores/telemetry"]);
        File.WriteAllBytes(_folder["stores/telemetry/1.blob"], [10, 3, 1, 2, 3, .. Encoding.UTF8.GetBytes(Repository), 0]);
        _folder.Write("stores/workspace/new/file.txt", Repository);
        Assert.Equal(["history.db", "telemetry/1.blob", "workspace/new/file.txt"], Traces());
    }

    // The files that have the name, its owner's, or the text of its file.
    private List<string> Traces()
    {
        string[] words = [.. Repository.Split('/'), "zqxcontent"];
        return
        [
            .. Directory.EnumerateFiles(_folder["stores"], "*", SearchOption.AllDirectories)
                .Where(file => words.Any(word => File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(word)) >= 0))
                .Select(file => Path.GetRelativePath(_folder["stores"], file)).Order(StringComparer.Ordinal),
        ];
    }
}
