using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using DataForge.Service.Tests.Hosting;
using DataForge.Testing;

namespace DataForge.Service.Tests.Soak;

/// <summary>The source, the service with its disk and clock, and a workspace that is built beside it without faults.</summary>
internal sealed class SoakWorld : IDisposable
{
    private const string Schedule = "nightly";
    private const int DiskMegabytes = 64;
    private const string Until = "tokenize";
    private static readonly TimeOnly DueAt = new(3, 0);

    // Longer than the service takes to see that its clock was turned.
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(2);
    private static readonly string[] Options = ["crawl.rawpartbytes=1048576", "tokenize.vocabularysize=1024"];

    // What may end a build, as its own last line says it.
    // The system's words and SQLite's for a full disk and a read-only folder, and the service's for a run that it lost.
    private static readonly string[] Reasons =
    [
        "No space left", "disk is full", "disk I/O error", "Read-only file system", "attempt to write a readonly database",
        "service that began this run has ended",
    ];

    private readonly TemporaryFolder _folder;
    private readonly SoakDisk _disk;
    private readonly Random _random;
    private readonly string _clock;
    private readonly SortedDictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private long _last;
    private IReadOnlyList<string> _built = [];

    private SoakWorld(TemporaryFolder folder, SoakDisk disk, int seed)
    {
        (_folder, _disk, _random, _clock) = (folder, disk, new Random(seed), folder["clock"]);
        int port = FreePort();
        string config = folder.Write("service.json", JsonSerializer.Serialize(new
        {
            listen = $"127.0.0.1:{port}", stopSeconds = 30, stateFolder = disk.State, keepHistoryDays = 36_500,
            schedules = new[]
            {
                new
                {
                    name = Schedule, cron = $"{DueAt.Minute} {DueAt.Hour} * * *", until = Until, run = Schedule + "-{due}", workspace = disk.Workspace,
                    sources = new[] { Source }, options = Options.Select(option => option.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]),
                    minimumFreeGigabytes = 0, retries = 1000, retryDelaySeconds = 1, keepRuns = 4,
                },
            },
        }));
        Service = new SoakService(config, _clock, new Uri($"http://127.0.0.1:{port}"));
        Faults = new SoakFaults(_random, Service, disk, _clock);
    }

    public SoakService Service { get; }

    public SoakFaults Faults { get; }

    public SoakFigures Figures { get; } = new();

    /// <summary>How the attempts ended.</summary>
    public string Outcomes => string.Join(", ", _outcomes.Select(pair => $"{pair.Key} {pair.Value}"));

    private string Source => "dir:" + _folder["source"];

    /// <summary>Makes it; null where the machine lacks something.</summary>
    public static SoakWorld? TryCreate(int seed)
    {
        if (RealPython.StandardLibrary is not { } library)
        {
            return null;
        }

        var folder = new TemporaryFolder();
        if (SoakDisk.TryMount(folder["disk"], DiskMegabytes) is not { } disk)
        {
            folder.Dispose();
            return null;
        }

        foreach (string package in (string[])["email", "json", "asyncio", "unittest", "xml/dom"])
        {
            string target = folder["source", package.Replace('/', '-')];
            Directory.CreateDirectory(target);
            File.WriteAllText(Path.Combine(target, "LICENSE"), "SPDX-License-Identifier: MIT\n");
            foreach (string file in Directory.GetFiles(Path.Combine(library, package), "*.py"))
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
            }
        }

        return new SoakWorld(folder, disk, seed);
    }

    /// <summary>Changes the source, as a day of work does.</summary>
    public void Change(int round)
    {
        _folder.Write($"source/json/module{round}.py", $"def number{round}(value):\n    return [value + {round}, \"{round} of many\"]\n");
        string edited = _folder["source", "email", "utils.py"];
        File.AppendAllText(edited, $"\n\ndef changed_{round}(value):\n    return value * {round}\n");
    }

    /// <summary>Lets the clock come to the next night, with faults until the run is complete. Returns what happened.</summary>
    public async Task<string> RunAsync(bool mayKillService, TimeSpan longest)
    {
        int faults = _random.Next(1, 6);
        int logged = Service.Log.Count;
        (long start, long moved) = (Stopwatch.GetTimestamp(), 0);
        bool isSettled = false;
        while (true)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < longest, "the run does not end: " + string.Join('\n', Service.Log.TakeLast(40)));
            Service.StartAgain();
            Figures.LookAt(Service.Builds);
            if (await Service.DueTimesAsync() is { } times)
            {
                Assert.True(times.All(time => time.State != "failed"), "a run failed: " + string.Join('\n', Service.Log.TakeLast(40)));
                bool isOver = times.All(time => time.State is not ("waiting" or "running"));
                if (isOver && times.Any(time => time.Id > _last && time.State == "completed"))
                {
                    // The next night must not begin before the source has changed: that run would be of the source before.
                    if (!isSettled)
                    {
                        TurnClockFromNextNight();
                        isSettled = true;
                        await Task.Delay(SettlingTime);
                        continue;
                    }

                    string told = await EndAsync(times, [.. Service.Log.Skip(logged)]);
                    return $"{Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s, {told}";
                }

                isSettled = false;

                // A night whose run is recorded already, because the clock was turned back, has none.
                if (isOver && (moved == 0 || Stopwatch.GetElapsedTime(moved).TotalSeconds > 5))
                {
                    moved = Stopwatch.GetTimestamp();
                    DateTimeOffset now = new SoakClock(_clock).GetUtcNow();
                    var night = new DateTimeOffset(DateOnly.FromDateTime(now.UtcDateTime), DueAt, TimeSpan.Zero);
                    SoakClock.Set(_clock, (night > now ? night : night.AddDays(1)).AddSeconds(-1));
                }
                else if (!isOver && faults > 0)
                {
                    faults--;
                    await Task.Delay(_random.Next(100, 5000));
                    await Faults.NextAsync(mayKillService);
                }
            }

            await Task.Delay(150);
        }
    }

    /// <summary>Builds the same without faults, and compares all bytes.</summary>
    public async Task CompareAsync()
    {
        foreach (string run in _built)
        {
            await DataForgeProcess.SucceedAsync(
                ["build", "--scheduled", "--workspace", _folder["undisturbed"], "--run", run, "--until", Until, "--source", Source,
                .. Options.SelectMany(option => new[] { "--set", option })]);
            Compare(Path.Combine("runs", run));
        }

        Compare("raw");
    }

    public void Dispose()
    {
        Service.Dispose();
        _disk.Dispose();
        _folder.Dispose();
    }

    // The clock runs on while bytes are compared, so it is turned back to noon where the next night is close.
    private void TurnClockFromNextNight()
    {
        DateTimeOffset now = new SoakClock(_clock).GetUtcNow();
        if (now.Hour < 12)
        {
            SoakClock.Set(_clock, new DateTimeOffset(DateOnly.FromDateTime(now.UtcDateTime), new TimeOnly(12, 0), TimeSpan.Zero).AddDays(-1));
        }
    }

    // The run is complete; what was interrupted or failed before says why.
    private async Task<string> EndAsync(IReadOnlyList<ServedTime> times, string[] log)
    {
        string[] errors = [.. log.Where(line => line.StartsWith("dataforge: ", StringComparison.Ordinal))];
        Assert.All(errors, error => Assert.True(Reasons.Any(reason => error.Contains(reason, StringComparison.Ordinal)), error));
        List<string> told = [];
        List<string> built = [];
        foreach (ServedTime time in times.Where(time => time.Id > _last).OrderBy(time => time.Id))
        {
            Assert.Contains(time.State, (string[])["completed", "skipped"]);
            IReadOnlyList<ServedAttempt>? attempts = null;
            while (attempts is null)
            {
                attempts = await Service.AttemptsAsync(time.Id);
            }

            foreach (ServedAttempt attempt in attempts)
            {
                string word = attempt.Outcome + (attempt.ExitCode is null or 0 ? "" : $" ({attempt.ExitCode})");
                _outcomes[word] = _outcomes.GetValueOrDefault(word) + 1;
                told.Add(word);
            }

            if (time.State == "completed")
            {
                built.Add(attempts[^1].Run);
            }
        }

        _built = built;
        _last = times.Max(time => time.Id);
        Figures.EndRun(Service.Id);
        return string.Join(", ", told);
    }

    private void Compare(string part)
    {
        SortedDictionary<string, string> expected = Hashes(_folder["undisturbed", part]);
        IReadOnlyList<string> differences = FolderHash.Differences(expected, Hashes(Path.Combine(_disk.Workspace, part)));
        Assert.True(expected.Count > 0 && differences.Count == 0, $"{part}: other bytes in {string.Join(", ", differences)}");
    }

    // No locks, logs or options.
    private static SortedDictionary<string, string> Hashes(string folder) => FolderHash.Of(folder, path =>
        !path.StartsWith("locks/", StringComparison.Ordinal) && !path.Contains("/locks/", StringComparison.Ordinal)
        && !path.StartsWith("events/", StringComparison.Ordinal) && !path.EndsWith(".lock", StringComparison.Ordinal)
        && !path.EndsWith("config.json", StringComparison.Ordinal));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
