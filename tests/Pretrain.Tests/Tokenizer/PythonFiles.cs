using System.Diagnostics;

namespace DataForge.Pretrain.Tests.Tokenizer;

/// <summary>Real Python source found on the machine: what the interpreters there import from.</summary>
internal static class PythonFiles
{
    /// <summary>Files in an order that mixes them, the same each time; empty where there is no Python.</summary>
    public static IEnumerable<byte[]> Read(int count, int longest = 1 << 20) =>
        Paths.Value.Where(path => new FileInfo(path).Length <= longest).Take(count).Select(File.ReadAllBytes);

    /// <summary>How many files there are.</summary>
    public static int Count => Paths.Value.Length;

    private static readonly Lazy<string[]> Paths = new(() =>
    {
        SortedSet<string> folders = new(StringComparer.Ordinal);
        foreach (string interpreter in new[] { "python3", "/usr/bin/python3" })
        {
            folders.UnionWith(ImportFolders(interpreter));
        }

        SortedSet<string> files = new(StringComparer.Ordinal);
        EnumerationOptions deep = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (string folder in folders.Where(Directory.Exists))
        {
            files.UnionWith(Directory.EnumerateFiles(folder, "*.py", deep));
        }

        string[] mixed = [.. files];
        new Random(20240520).Shuffle(mixed);
        return mixed;
    });

    private static string[] ImportFolders(string interpreter)
    {
        ProcessStartInfo start = new(interpreter, ["-c", "import sys; print(*sys.path, sep='\\n')"]) { RedirectStandardOutput = true };
        try
        {
            using Process process = Process.Start(start)!;
            string[] folders = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            process.WaitForExit();
            return folders;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return [];   // no such interpreter
        }
    }
}
