using System.Diagnostics;

namespace DataForge.Crawler.Tests;

/// <summary>Runs the git command line, the reference for ids and trees.</summary>
internal static class TestGit
{
    private static readonly string[] Settings =
        ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "core.quotePath=false", "-c", "safe.directory=*"];

    public static string Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[.. Settings, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException(errors.Result);
    }

    /// <summary>Commits all files of a folder, making it a repository first where it is none.</summary>
    public static string CommitAll(string folder)
    {
        if (!Directory.Exists(Path.Combine(folder, ".git")))
        {
            Run(folder, "init", "-q", "--initial-branch=main");
        }

        Run(folder, "add", "-A");
        Run(folder, "commit", "-q", "--allow-empty", "-m", "state");
        return Run(folder, "rev-parse", "HEAD").Trim();
    }
}
