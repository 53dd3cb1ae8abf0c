namespace DataForge.Cleaner.Tests;

/// <summary>
/// How many generated cases are tried. <c>DATAFORGE_TEST_GENERATED</c> is their number; without it a few are. <c>DATAFORGE_TEST_GENERATED_SEED</c> draws
/// others, and <c>DATAFORGE_TEST_GENERATED_REPORT</c> names a folder for those that fail.
/// </summary>
internal static class GeneratedCases
{
    private const int DefaultSeed = 13;

    /// <summary>How many cases there are.</summary>
    public static int Count { get; } = int.TryParse(Environment.GetEnvironmentVariable("DATAFORGE_TEST_GENERATED"), out int asked) ? asked : 0;

    /// <summary>Whether a number was asked for.</summary>
    public static bool IsFull => Count > 0;

    /// <summary>What the cases are drawn from.</summary>
    public static int Seed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("DATAFORGE_TEST_GENERATED_SEED"), out int asked) ? asked : DefaultSeed;

    /// <summary>Writes what failed: to the test's output, and to a file where a folder is given.</summary>
    public static void Report(string fileName, string summary, IReadOnlyCollection<string> failures)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(summary);
        if (Environment.GetEnvironmentVariable("DATAFORGE_TEST_GENERATED_REPORT") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, fileName), $"{summary}\n\n{string.Join('\n', failures)}\n");
        }
    }
}
