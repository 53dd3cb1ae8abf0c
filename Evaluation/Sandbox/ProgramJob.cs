namespace DataForge.Evaluation.Sandbox;

/// <summary>A program to be judged.</summary>
/// <param name="Program">The program's text, which is run in a process of its own.</param>
/// <param name="Trusted">Text that the checker runs first: the reference solution, whose helpers the tests use.</param>
/// <param name="Tests">Text that the checker runs then; the program passes if it raises nothing.</param>
/// <param name="Remote">
/// The names that stand for the program's own in the tests; null for the functions and classes that <paramref name="Trusted"/> defines
/// and the tests name.
/// </param>
public sealed record ProgramJob(string Program, string Trusted, string Tests, IReadOnlyList<string>? Remote = null);
