using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DataForge.Benchmarks;

/// <summary>What a process took from its start to its end.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Wall">Milliseconds by the clock.</param>
/// <param name="User">Milliseconds of processor time in the program itself, its own children included.</param>
/// <param name="System">Milliseconds of processor time in the system on its behalf.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Errors">What it wrote to standard error.</param>
internal sealed record ProcessFigures(int ExitCode, double Wall, double User, double System, string Output, string Errors)
{
    /// <summary>All its processor time, in milliseconds.</summary>
    public double Processor => User + System;
}

/// <summary>Runs processes, one at a time, and measures them.</summary>
internal static partial class MeasuredProcess
{
    /// <summary>Runs a process to its end.</summary>
    /// <param name="whileItRuns">Called with the process ten times a second, as long as it runs.</param>
    public static ProcessFigures Run(ProcessStartInfo start, Action<Process>? whileItRuns = null)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        (double userBefore, double systemBefore) = OfChildren();
        long begun = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        while (whileItRuns is not null && !process.WaitForExit(100))
        {
            whileItRuns(process);
        }

        process.WaitForExit();
        double wall = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        (double user, double system) = OfChildren();
        return new ProcessFigures(process.ExitCode, wall, user - userBefore, system - systemBefore, output.Result, errors.Result);
    }

    // Milliseconds, user and system, of children that have ended (getrusage(2), RUSAGE_CHILDREN = -1): two timevals begin the struct of 18
    // longs.
    private static (double User, double System) OfChildren()
    {
        Span<long> usage = stackalloc long[18];
        _ = GetUsage(-1, ref MemoryMarshal.GetReference(usage));
        return ((usage[0] * 1e3) + (usage[1] / 1e3), (usage[2] * 1e3) + (usage[3] / 1e3));
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, ref long usage);
}
