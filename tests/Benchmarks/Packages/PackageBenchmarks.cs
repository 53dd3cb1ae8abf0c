namespace DataForge.Benchmarks.Packages;

/// <summary>
/// What the packages of the design are like beside the project's own parts: <c>packages [FOLDER [MB [DAMAGED]]]</c>. A file a half; each
/// prints a table of 80 columns.
/// </summary>
internal static class PackageBenchmarks
{
    /// <summary>Runs it; also the processes that it starts itself.</summary>
    public static int Run(string[] args) => args switch
    {
        [ParquetComparison.MeasureVerb or ParquetComparison.DamagedVerb, ..] => ParquetChild.Run(args),
        _ => RunBoth(args),
    };

    private static int RunBoth(string[] args)
    {
        int code = ParquetComparison.Run(args);
        EngineBenchmarks.Run([]);
        return code;
    }
}
