namespace DataForge.Evaluation.Sandbox;

/// <summary>A program to be judged.</summary>
/// <param name="Program">The program's text, which is run in a process of its own.</param>
/// <param name="Trusted">Text that the checker runs first: the reference solution, whose helpers the tests use.</param>
/// <param name="Tests">Text that the checker runs then; the program passes if it raises nothing.</param>
/// <param name="Remote">
/// The names that stand for the program's own in the tests; null for the functions and classes that <paramref name="Trusted"/> defines
/// and the tests name.
/// </param>
public sealed record ProgramJob(string Program, string Trusted, string Tests, IReadOnlyList<string>? Remote = null)
{
    /// <summary>The name of <see cref="IsScript"/>'s function.</summary>
    public const string RunScript = "run_script";

    /// <summary>The other function of a script: runs it and gives the last value that it prints.</summary>
    public const string LastPrinted = "last_printed";

    /// <summary>
    /// Whether the program is a script that reads its standard input and writes its standard output. It is compiled at first; each call of
    /// <see cref="RunScript"/> with a text as its input runs it and gives its output, one of <see cref="LastPrinted"/> the last value.
    /// </summary>
    public bool IsScript { get; init; }
}
