using DataForge.Testing;

namespace DataForge.Service.Tests.Soak;

/// <summary>Faults from a seed, each over when its method returns.</summary>
internal sealed class SoakFaults(Random random, SoakService service, SoakDisk disk, string clock)
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>How often each kind happened.</summary>
    public string Counts => string.Join(", ", _counts.Select(pair => $"{pair.Key} {pair.Value}"));

    /// <summary>Builds that were killed.</summary>
    public int KilledBuilds { get; private set; }

    /// <summary>One fault, drawn at random.</summary>
    /// <param name="mayKillService">Whether the service itself may be killed.</param>
    public async Task NextAsync(bool mayKillService)
    {
        string kind = Draw("kill build", "pause build", "pause service", "full disk", "read-only", "clock on", "clock back", mayKillService ? "kill service" : "kill build");
        bool happened = kind switch
        {
            "kill build" => KillBuilds(),
            "kill service" => await KillServiceAsync(),
            "pause build" => await PauseAsync(service.Builds),
            "pause service" => await PauseAsync([service.Id]),
            "full disk" => await FillDiskAsync(),
            "read-only" => await ProtectAsync(),
            "clock on" => Turn(TimeSpan.FromMinutes(random.Next(1, 4000))),
            _ => Turn(-TimeSpan.FromMinutes(random.Next(1, 3000))),
        };
        if (happened)
        {
            _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        }
    }

    private string Draw(params string[] kinds) => kinds[random.Next(kinds.Length)];

    private Task WaitAsync(int leastMilliseconds, int mostMilliseconds) => Task.Delay(random.Next(leastMilliseconds, mostMilliseconds));

    private bool KillBuilds()
    {
        IReadOnlyList<int> builds = service.Builds;
        foreach (int build in builds)
        {
            ChildProcesses.Signal(build, ChildProcesses.Kill);
            KilledBuilds++;
        }

        return builds.Count > 0;
    }

    // Sometimes its build too, before it can end by itself.
    private async Task<bool> KillServiceAsync()
    {
        if (random.Next(2) == 0)
        {
            KillBuilds();
        }

        service.Kill();
        await WaitAsync(0, 3000);
        service.StartAgain();
        return true;
    }

    private async Task<bool> PauseAsync(IReadOnlyList<int> processes)
    {
        foreach (int process in processes)
        {
            ChildProcesses.Signal(process, ChildProcesses.Stop);
        }

        await WaitAsync(500, 6000);
        foreach (int process in processes)
        {
            ChildProcesses.Signal(process, ChildProcesses.Continue);
        }

        return processes.Count > 0;
    }

    private async Task<bool> FillDiskAsync()
    {
        disk.Fill(left: random.Next(3) == 0 ? 0 : random.Next(300_000));
        await WaitAsync(1000, 6000);
        disk.Empty();
        return true;
    }

    // Between two builds, or in one that writes nothing at the moment.
    private async Task<bool> ProtectAsync()
    {
        bool isProtected = disk.TryProtect();
        for (int i = 0; !isProtected && i < 20; i++)
        {
            await Task.Delay(20);
            isProtected = disk.TryProtect();
        }

        if (!isProtected)
        {
            KillBuilds();
            await Task.Delay(100);
            isProtected = disk.TryProtect();
        }

        await WaitAsync(1000, 5000);
        disk.Unprotect();
        return isProtected;
    }

    private bool Turn(TimeSpan by)
    {
        SoakClock.Set(clock, new SoakClock(clock).GetUtcNow() + by);
        return true;
    }
}
