namespace DataForge.Orchestrator.Terminal;

/// <summary>What commands read and write: the process's standard streams, or those of a test.</summary>
/// <param name="OpenInput">Opens standard input.</param>
/// <param name="OpenOutput">Opens standard output for bytes.</param>
/// <param name="Output">Standard output for text.</param>
/// <param name="Error">Standard error.</param>
/// <param name="IsTerminal">Whether lines of <paramref name="Output"/> can be rewritten.</param>
/// <param name="Columns">The terminal's current width in characters; asked only of a terminal.</param>
internal sealed record CommandTerminal(
    Func<Stream> OpenInput, Func<Stream> OpenOutput, TextWriter Output, TextWriter Error, bool IsTerminal, Func<int> Columns)
{
    /// <summary>The process's standard streams.</summary>
    public static CommandTerminal OfProcess() => new(
        Console.OpenStandardInput, Console.OpenStandardOutput, Console.Out, Console.Error, !Console.IsOutputRedirected,
        () => Console.WindowWidth);
}
