using DataForge.Evaluation.Sandbox;

namespace DataForge.Evaluation.Scoring;

/// <summary>What became of one sample.</summary>
/// <param name="First">What was found beside other programs.</param>
/// <param name="Alone">
/// What was found when it ran again alone, because it had used between half and twice the limit: the machine's load can decide there.
/// </param>
public sealed record SampleResult(Verdict First, Verdict? Alone = null)
{
    private const double Half = 0.5, Twice = 2;

    /// <summary>The verdict that counts.</summary>
    public Verdict Final => Alone ?? First;

    /// <summary>Whether the time used is so near the limit that the program must run again alone.</summary>
    public static bool IsNear(Verdict verdict, double limit) => verdict.Cpu >= limit * Half && verdict.Cpu <= limit * Twice;
}

/// <summary>What became of a problem's samples.</summary>
/// <param name="Id">The problem.</param>
/// <param name="Samples">Its samples, in the order of their file.</param>
public sealed record ProblemResult(string Id, IReadOnlyList<SampleResult> Samples);
