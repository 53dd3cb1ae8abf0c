using DataForge.Testing;

namespace DataForge.Service.Tests.Soak;

/// <summary>Memory and open files of the service between runs, and the memory of the builds.</summary>
internal sealed class SoakFigures
{
    // Samples of the service that lived to the end before which it is still warming up.
    private const int WarmUp = 2;
    private const int LeastSamples = 6;

    private readonly List<(int Process, long Kilobytes, int Files)> _service = [];
    private readonly List<long> _builds = [];
    private long _peak;

    /// <summary>Looks at a build while it runs.</summary>
    public void LookAt(IReadOnlyList<int> builds) =>
        _peak = Math.Max(_peak, builds.Select(build => ChildProcesses.Kilobytes(build, "VmHWM")).DefaultIfEmpty().Max());

    /// <summary>Looks at the service after a run.</summary>
    public void EndRun(int service)
    {
        _service.Add((service, ChildProcesses.Kilobytes(service, "VmRSS"), ChildProcesses.OpenFiles(service)));
        _builds.Add(_peak);
        _peak = 0;
    }

    public string Text =>
        $"service, MB and open files after each run: {string.Join(' ', _service.Select(one => $"{one.Kilobytes / 1024}/{one.Files}"))}; "
        + $"builds, MB at most in each run: {string.Join(' ', _builds.Select(peak => peak / 1024))}";

    public void AssertFlat()
    {
        (int Process, long Kilobytes, int Files)[] last = [.. _service.Where(one => one.Process == _service[^1].Process).Skip(WarmUp)];
        Assert.True(last.Length >= LeastSamples, "no service lived long enough");
        int half = last.Length / 2;
        Assert.True(last[half..].Min(one => one.Files) <= last[..half].Max(one => one.Files) + 2, "open files grow");
        Assert.True(last[half..].Min(one => one.Kilobytes) <= (last[..half].Max(one => one.Kilobytes) * 1.15), "the service's memory grows");
        Assert.True(_builds[^1] <= (_builds.Take(3).Max() * 1.3), "the builds' memory grows");
    }
}
