using System.Diagnostics;
using System.Text.Json;

namespace DataForge.Testing;

/// <summary>Real Python code that is on the machine anyway: the interpreters' libraries and installed packages.</summary>
public static class RealPython
{
    private const string Question =
        "import json,site,sysconfig;p=sysconfig.get_paths();print(json.dumps([p['stdlib'],p['purelib'],*site.getsitepackages()]))";

    /// <summary>Folders with Python code, system interpreter first; empty where there is no python3.</summary>
    public static IReadOnlyList<string> Folders { get; } = Find();

    /// <summary>The standard library of the first interpreter found, or null.</summary>
    public static string? StandardLibrary => Folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "argparse.py")));

    /// <summary>Paths of <c>.py</c> files under <see cref="Folders"/>, in ordinal order folder by folder, each once.</summary>
    public static IEnumerable<string> Files()
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return Folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.py", options).Order(StringComparer.Ordinal)).Distinct(StringComparer.Ordinal);
    }

    /// <summary>Where an interpreter imports from, its own library first; empty where there is no such interpreter.</summary>
    public static IReadOnlyList<string> FoldersOf(string interpreter)
    {
        try
        {
            var start = new ProcessStartInfo(interpreter, ["-I", "-c", Question]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            string[] folders = JsonSerializer.Deserialize<string[]>(process.StandardOutput.ReadToEnd()) ?? [];
            process.WaitForExit();
            return [.. folders.Where(Directory.Exists)];
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or JsonException)
        {
            return [];
        }
    }

    private static IReadOnlyList<string> Find() => [.. new[] { "/usr/bin/python3", "python3" }.SelectMany(FoldersOf).Distinct(StringComparer.Ordinal)];
}
