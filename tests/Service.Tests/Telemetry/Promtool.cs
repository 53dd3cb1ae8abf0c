using System.Diagnostics;
using DataForge.Testing;

namespace DataForge.Service.Tests.Telemetry;

/// <summary>Prometheus's own checks, where its <c>promtool</c> is on this machine.</summary>
internal static class Promtool
{
    private static readonly string? Tool = new[] { Path.Combine(SharedFiles.ProjectRoot, "artifacts", "prometheus", "usr", "bin") }
        .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        .Select(folder => Path.Combine(folder, "promtool")).FirstOrDefault(File.Exists);

    /// <summary>Skips a test where there is none.</summary>
    public static void Require() => Assert.SkipWhen(Tool is null, "promtool is not here; ./dataforge check metrics unpacks it");

    /// <summary>Runs it.</summary>
    /// <returns>Its exit code and what it says.</returns>
    public static async Task<(int Code, string Said)> RunAsync(string input, params IEnumerable<string> arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Tool!, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
