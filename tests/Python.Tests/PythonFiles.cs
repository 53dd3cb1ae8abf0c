using DataForge.Testing;

namespace DataForge.Python.Tests;

/// <summary>Real Python files to test on.</summary>
internal static class PythonFiles
{
    private const string Variable = "DATAFORGE_TEST_PARSER_FILES";

    public static bool IsLongRun => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable));

    /// <summary>The files under the folders asked for, else those of the reference's standard library, in ordinal order.</summary>
    public static List<string> All()
    {
        string[] folders = IsLongRun
            ? Environment.GetEnvironmentVariable(Variable)!.Split(':', StringSplitOptions.RemoveEmptyEntries)
            : [.. RealPython.FoldersOf("python3").Take(1)]; // the interpreter that the verdicts are held against
        EnumerationOptions options = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        List<string> files = [.. folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.py", options))];
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    /// <summary>That many files, evenly from the whole list.</summary>
    public static IEnumerable<string> Sample(List<string> files, int count)
    {
        int step = Math.Max(1, files.Count / count);
        for (int i = 0; i < files.Count; i += step)
        {
            yield return files[i];
        }
    }
}
