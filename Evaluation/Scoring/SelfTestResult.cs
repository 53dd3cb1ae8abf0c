namespace DataForge.Evaluation.Scoring;

/// <summary>How a set tested itself before it scored.</summary>
/// <param name="References">Reference solutions; programs that give the expected value, where the set has no solutions.</param>
/// <param name="ReferencesPassed">Those that passed; all must.</param>
/// <param name="Trivial">Empty completions and constant answers.</param>
/// <param name="TrivialPassed">Those that passed; none may, unless a piece of a function is asked for, which can be a comment.</param>
/// <param name="Cheats">Completions that try to pass without solving the problem.</param>
/// <param name="CheatsPassed">Those that passed; none may.</param>
/// <param name="Faults">What is wrong, in words; empty if the set may score.</param>
public sealed record SelfTestResult(
    int References, int ReferencesPassed, int Trivial, int TrivialPassed, int Cheats, int CheatsPassed, IReadOnlyList<string> Faults)
{
    /// <summary>Whether the set may score.</summary>
    public bool Passed => Faults.Count == 0;
}
