using DataForge.Testing;
using System.Diagnostics;
using System.Globalization;
using DataForge.Crawler.Storage;
using Npgsql;

namespace DataForge.EndToEnd.Tests.GitHub;

/// <summary>Two processes that crawl into one workspace with one catalog; one of them is killed and started again, several times.</summary>
internal sealed class CrawlerPair : IAsyncDisposable
{
    // After this time the leases of a crawler that hangs expire.
    private const int LeaseSeconds = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ForgeWorld _world;
    private readonly Random _random;
    private readonly NpgsqlConnection _connection;
    private readonly DataForgeProcess?[] _crawlers = new DataForgeProcess?[2];
    private readonly List<string> _history = [];
    private readonly bool _ownRuns;
    private int? _hung;

    public CrawlerPair(ForgeWorld world, string workspace, string catalog, Random random, bool ownRuns)
    {
        (_world, Workspace, Catalog, _random, _ownRuns) = (world, workspace, catalog, random, ownRuns);
        _connection = new NpgsqlConnection(CatalogAddress.Parse(catalog, "").Connection);
        _connection.Open();
    }

    public string Workspace { get; }

    public string Catalog { get; }

    public int Kills { get; private set; }

    public string History => $"{(_ownRuns ? "own runs" : "one run")}: {string.Join("; ", _history)}";

    /// <summary>The runs that they crawl for: one, or each its own.</summary>
    public IEnumerable<string> Runs => _ownRuns ? ["r", "s"] : ["r"];

    /// <summary>Crawls to the end, with so many kills. <paramref name="firstKind"/> selects the kind of the first kill; the others follow.</summary>
    public async Task RunAsync(int firstKind, int kills)
    {
        Start(0);
        Start(1);
        for (int i = 0; i < kills; i++)
        {
            // The writer while it searches, the helper while it fetches, the writer while it fetches; then one of them hangs.
            bool isHit = ((firstKind + i) % 4) switch
            {
                0 => await KillAsync("writer in discovery", writer: true, "SELECT COUNT(*) FROM windows WHERE state = 1"),
                1 => await KillAsync("helper in fetch", writer: false, "SELECT COUNT(*) FROM work WHERE done = 1"),
                2 => await KillAsync("writer in fetch", writer: true, "SELECT COUNT(*) FROM parts"),
                _ => await StopHelperAsync(),
            };
            if (!isHit)
            {
                break;
            }
        }

        for (int which = 0; which < _crawlers.Length; which++)
        {
            (int code, string output, string error) = await _crawlers[which]!.FinishAsync();
            if (which == _hung && code == 1 && error.Contains("run the same command again", StringComparison.Ordinal))
            {
                // It hung in the middle of a transaction, which the server ended so that the other could continue.
                _history.Add("the one that hung was disconnected, and started again");
                Start(which);
                (code, output, error) = await _crawlers[which]!.FinishAsync();
            }

            Assert.True(code == 0, $"{History}: exit code {code}\n{output}\n{error}");
        }

        await _world.Forge.WaitForRequestsAsync();
    }

    /// <summary>A number that a statement gives; 0 where its tables are not there yet.</summary>
    public long Count(string sql)
    {
        try
        {
            using var command = new NpgsqlCommand(sql, _connection);
            return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return 0;
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (DataForgeProcess? crawler in _crawlers)
        {
            crawler?.Dispose();
        }

        return _connection.DisposeAsync();
    }

    private void Start(int which)
    {
        _crawlers[which]?.Dispose();
        _crawlers[which] = _world.Crawl(Workspace, _ownRuns && which == 1 ? "s" : "r", [
            "--set", $"crawl.catalog={Catalog}", "--set", $"crawl.leaseseconds={LeaseSeconds}", "--set", "crawl.fetchahead=4",
            "--set", "crawl.fetchconnections=1"]);
    }

    // Waits for the sign, kills the writer or the helper a moment later, and starts it again. False where both ended before.
    private async Task<bool> KillAsync(string kind, bool writer, string sign)
    {
        if (await WaitAsync(writer, sign) is not { } which)
        {
            return false;
        }

        int delay = _random.Next(250);
        await Task.Delay(delay);
        if (!await _crawlers[which]!.KillAfterAsync(TimeSpan.Zero))
        {
            return false;
        }

        Kills++;
        _history.Add($"{kind} killed {delay} ms after the sign");
        Start(which);
        return true;
    }

    // A helper that hangs keeps its leases; the writer waits until they expire. When the helper continues, the crawl is over.
    private async Task<bool> StopHelperAsync()
    {
        if (await WaitAsync(writer: false, "SELECT COUNT(*) FROM work WHERE done = 0 AND worker IS NOT NULL") is not { } which)
        {
            return false;
        }

        DataForgeProcess hung = _crawlers[which]!;
        hung.Stop();
        _history.Add($"helper stopped with {Count("SELECT COUNT(*) FROM work WHERE done = 0 AND worker IS NOT NULL")} leases");
        (int code, string output, string error) = await _crawlers[1 - which]!.FinishAsync();
        Assert.True(code == 0, $"{History}: exit code {code}\n{output}\n{error}");
        if (_random.Next(2) == 0)
        {
            hung.Continue();
            _hung = which;
        }
        else
        {
            await hung.KillAfterAsync(TimeSpan.Zero);
            Start(which);
        }

        Kills++;
        return true;
    }

    // Waits until there is a writer, another crawler, and the sign. Returns the writer, or the other one.
    private async Task<int?> WaitAsync(bool writer, string sign)
    {
        long start = Stopwatch.GetTimestamp();
        while (_crawlers.All(crawler => !crawler!.HasExited))
        {
            if (Count("SELECT COUNT(*) FROM workers") > 1 && Count(sign) > 0 && Writer() is { } which)
            {
                return writer ? which : 1 - which;
            }

            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"{History}: nothing happens");
            await Task.Delay(10);
        }

        return null;
    }

    private int? Writer()
    {
        using var command = new NpgsqlCommand("SELECT k.name FROM writers w JOIN workers k ON k.id = w.worker", _connection);
        string? name = command.ExecuteScalar() as string;
        int which = Array.FindIndex(_crawlers, crawler =>
            name?.EndsWith(string.Create(CultureInfo.InvariantCulture, $":{crawler!.Id}"), StringComparison.Ordinal) == true);
        return which < 0 ? null : which;
    }
}
