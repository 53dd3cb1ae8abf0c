using System.Diagnostics;

namespace DataForge.Benchmarks;

/// <summary>The Python that has torch: the first on the path, else the system's own.</summary>
internal static class TorchPython
{
    /// <summary>Its command; null where neither has torch.</summary>
    public static string? Find() => new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(HasTorch);

    private static bool HasTorch(string python)
    {
        var start = new ProcessStartInfo(python, ["-c", "import torch"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
