using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using DataForge.Corpus;
using DataForge.Service.Hosting;
using DataForge.Service.Settings;
using DataForge.Service.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataForge.Service.Tests.Soak;

/// <summary>
/// A service whose nightly builds meet random faults: it or its build is killed or hangs, the disk is full, the workspace read-only, the
/// clock is turned. Each night something in the source has changed. <c>./dataforge check soak [MINUTES]</c>; less than 60 minutes are a
/// shorter look, without the comparison of memory.
/// </summary>
public sealed class SoakTests
{
    public const string ConfigVariable = "DATAFORGE_TEST_SOAK_CONFIG";
    public const string ClockVariable = "DATAFORGE_TEST_SOAK_CLOCK";
    private const string MinutesVariable = "DATAFORGE_TEST_SOAK_MINUTES";
    private const string SeedVariable = "DATAFORGE_TEST_SOAK_SEED";
    private const int WholeMinutes = 60;
    private const int LeastRuns = 20;
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(15);

    [Fact]
    public async Task Serve_withRandomFaults_completesEachRunWithTheSameBytes()
    {
        string? given = Environment.GetEnvironmentVariable(MinutesVariable);
        Assert.SkipWhen(given is null, $"takes minutes; {MinutesVariable} says how many");
        int minutes = int.Parse(given!, CultureInfo.InvariantCulture);
        bool isWhole = minutes >= WholeMinutes;
        int least = isWhole ? LeastRuns : LeastRuns * minutes / WholeMinutes;
        int seed = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), out int repeated) ? repeated : Environment.TickCount;
        using SoakWorld? world = SoakWorld.TryCreate(seed);
        Assert.SkipWhen(world is null, "no right to mount, or no python3 with its library on this machine");
        Tell($"seed {seed} ({SeedVariable} repeats it), {minutes} minutes and {least} runs at least");
        var end = TimeSpan.FromMinutes(minutes);
        long start = Stopwatch.GetTimestamp();
        world.Service.StartAgain();
        for (int round = 1; round <= least || Stopwatch.GetElapsedTime(start) < end; round++)
        {
            // The service that begins the second half lives to the end, so that its memory can be compared.
            bool mayKillService = round <= least / 2 && Stopwatch.GetElapsedTime(start) < end / 2;
            world.Change(round);
            string told = await world.RunAsync(mayKillService, LongestRun);
            Tell($"{Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s: run {round}: {told}");
            await world.CompareAsync();
        }

        Assert.Equal(0, world.Service.Stop());
        Tell($"faults: {world.Faults.Counts}");
        Tell($"attempts: {world.Outcomes}");
        Tell(world.Figures.Text);
        if (isWhole)
        {
            world.Figures.AssertFlat();
        }
    }

    /// <summary>The child: the service, with the clock that its environment names. Run only by the test above.</summary>
    [Fact(Explicit = true)]
    public async Task Child()
    {
        string? config = Environment.GetEnvironmentVariable(ConfigVariable);
        Assert.SkipWhen(config is null, "only as a child process");
        using var stop = new CancellationTokenSource();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        try
        {
            await ServiceHost.RunAsync(
                ServiceConfiguration.Read(config!),
                logging => logging.AddSimpleConsole(format => format.SingleLine = true),
                stop.Token,
                services => services.AddSingleton<TimeProvider>(new SoakClock(Environment.GetEnvironmentVariable(ClockVariable)!)));
        }
        catch (DataForgeException e)
        {
            await Console.Error.WriteLineAsync("dataforge: " + e.Message);
            Environment.Exit(e.ExitCode);
        }
    }

    private static void Tell(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);
}
