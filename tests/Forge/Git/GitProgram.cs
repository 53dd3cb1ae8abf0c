using System.Diagnostics;

namespace DataForge.Forge.Git;

/// <summary>Runs git as a server: with its own settings only, filters and requests for any object allowed.</summary>
internal static class GitProgram
{
    private static readonly (string Key, string Value)[] Settings =
    [
        ("safe.directory", "*"), ("uploadpack.allowFilter", "true"), ("uploadpack.allowAnySHA1InWant", "true"), ("gc.auto", "0"),
        ("core.fsmonitor", "false"),
        // A hostile server serves trees of any depth; git has refused those of more than 2,048 folders since 2.47.
        ("core.maxTreeDepth", "1000000"),
    ];

    /// <summary>The start information of a git process in a folder.</summary>
    public static ProcessStartInfo Start(string folder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        string? path = start.Environment["PATH"];
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["HOME"] = "/nonexistent";
        start.Environment["LC_ALL"] = "C";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_COUNT"] = Settings.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        for (int i = 0; i < Settings.Length; i++)
        {
            start.Environment[$"GIT_CONFIG_KEY_{i}"] = Settings[i].Key;
            start.Environment[$"GIT_CONFIG_VALUE_{i}"] = Settings[i].Value;
        }

        return start;
    }

    /// <summary>Makes it a server that does not support filters.</summary>
    public static void DenyFilters(ProcessStartInfo start) =>
        start.Environment[$"GIT_CONFIG_VALUE_{Array.FindIndex(Settings, setting => setting.Key == "uploadpack.allowFilter")}"] = "false";

    /// <summary>Runs git to its end and returns its output; null where it failed.</summary>
    public static async Task<byte[]?> ReadAsync(string folder, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        using Process process = Process.Start(Start(folder, arguments))!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output, cancellation).ConfigureAwait(false);
        await errors.ConfigureAwait(false);
        await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        return process.ExitCode == 0 ? output.ToArray() : null;
    }
}
