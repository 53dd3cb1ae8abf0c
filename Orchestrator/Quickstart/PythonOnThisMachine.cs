using System.Diagnostics;
using System.Text.Json;

namespace DataForge.Orchestrator.Quickstart;

/// <summary>Finds the folders that the machine's Python interpreters import from: real code that needs no network.</summary>
internal static class PythonOnThisMachine
{
    // Enough for a model that trains in minutes; of a machine with more, the first folders up to this sum are taken.
    private const long MostBytes = 256L << 20;

    private const string Script =
        "import json,site,sysconfig;p=sysconfig.get_paths();" +
        "print(json.dumps([p['stdlib'],p['platstdlib'],p['purelib'],p['platlib'],*site.getsitepackages()]))";

    // An interpreter answers in a tenth of a second; one on a slow network drive in a few.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Existing folders, none inside another, those of the system's interpreter first, and the bytes of <c>.py</c> files in each.
    /// </summary>
    public static async Task<IReadOnlyList<(string Folder, long Bytes)>> FindAsync(CancellationToken cancellation)
    {
        var folders = new List<string>();
        foreach (string interpreter in new[] { "/usr/bin/python3", "python3" })
        {
            folders.AddRange(await AskAsync(interpreter, cancellation).ConfigureAwait(false));
        }

        var found = new List<(string, long)>();
        long total = 0;
        foreach (string folder in Outermost(folders))
        {
            long bytes = BytesOfPython(folder);
            if (bytes > 0 && (total == 0 || total + bytes <= MostBytes))
            {
                found.Add((folder, bytes));
                total += bytes;
            }
        }

        return found;
    }

    private static async Task<string[]> AskAsync(string interpreter, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(interpreter, ["-I", "-c", Script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(Timeout);
        try
        {
            using Process process = Process.Start(start)!;
            string answer = await process.StandardOutput.ReadToEndAsync(timeout.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
            return process.ExitCode == 0 ? JsonSerializer.Deserialize<string[]>(answer) ?? [] : [];
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or JsonException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // No such interpreter, or it does not answer: the next one may.
            return [];
        }
    }

    // Keeps the order of first occurrence; a folder inside another is read with the outer one.
    private static IEnumerable<string> Outermost(IEnumerable<string> folders)
    {
        string[] real = [.. folders.Where(Directory.Exists).Select(RealPath).Distinct(StringComparer.Ordinal)];
        return real.Where(folder => !real.Any(other => other != folder && folder.StartsWith(other + "/", StringComparison.Ordinal)));
    }

    private static string RealPath(string folder) =>
        new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName
        ?? Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    private static long BytesOfPython(string folder)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint,
        };
        return new DirectoryInfo(folder).EnumerateFiles("*.py", options).Sum(file => file.Length);
    }
}
