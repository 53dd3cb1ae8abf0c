using DataForge.Evaluation.Sandbox;

namespace DataForge.Evaluation.Sets;

/// <summary>One problem of a set.</summary>
/// <param name="Id">Its name in the set, which samples repeat.</param>
/// <param name="Reference">The completion that the set gives as right.</param>
/// <param name="Build">
/// Makes the programs and their tests of a completion: one, or one for each test that is judged by itself. The sample passes if all do.
/// </param>
/// <param name="Answer">
/// Makes a completion that does what an attacker or a lazy model would: lines at the top level, and an expression that is returned.
/// </param>
public sealed record Problem(
    string Id, string Reference, Func<string, IReadOnlyList<ProgramJob>> Build, Func<string, string, string> Answer)
{
    /// <summary>What a model continues; where there is a suffix, what stands before the gap.</summary>
    public required string Prompt { get; init; }

    /// <summary>Further solutions that the set gives; where one does not pass its own tests, another may.</summary>
    public IReadOnlyList<string> OtherReferences { get; init; } = [];

    /// <summary>The part of the set that it is counted with, such as its difficulty; null where the set has no parts.</summary>
    public string? Group { get; init; }

    /// <summary>What stands after the gap that a model fills; null where it continues the prompt.</summary>
    public string? Suffix { get; init; }

    /// <summary>What is appended after each turn of a model, which then writes on; the completion is all that follows the prompt.</summary>
    public IReadOnlyList<string> Turns { get; init; } = [];

    /// <summary>The most tokens that a model may write in a turn, where the set says so.</summary>
    public int? MostNewTokens { get; init; }

    /// <summary>The problem that this is a case of: its cases are one problem in a score. Null where it has no other cases.</summary>
    public string? CaseOf { get; init; }

    /// <summary>Whether any completion can be right; a scorer that others publish may not know an expected value's type.</summary>
    public bool IsSolvable { get; init; } = true;
}
