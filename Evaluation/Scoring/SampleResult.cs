using DataForge.Evaluation.Sandbox;

namespace DataForge.Evaluation.Scoring;

/// <summary>What became of one sample, or of one of its tests.</summary>
/// <param name="First">What was found beside other programs; of several tests, the first that did not pass.</param>
/// <param name="Alone">
/// What was found when it ran again alone, because it had used between half and twice the limit: the machine's load can decide there.
/// </param>
/// <param name="Tests">The tests, where each was judged by itself; those after a program that could not be loaded are left out.</param>
public sealed record SampleResult(Verdict First, Verdict? Alone = null, IReadOnlyList<SampleResult>? Tests = null)
{
    private const double Half = 0.5, Twice = 2;

    /// <summary>The verdict that counts.</summary>
    public Verdict Final => Alone ?? First;

    /// <summary>The result of a sample of its tests' results.</summary>
    public static SampleResult Of(IReadOnlyList<SampleResult> tests) => tests.Count == 1
        ? tests[0]
        : new SampleResult((tests.FirstOrDefault(test => !test.Final.Passed) ?? tests[^1]).Final, null, tests);

    /// <summary>The tests; the sample itself where it was judged as one.</summary>
    public IReadOnlyList<SampleResult> Parts() => Tests ?? [this];

    /// <summary>Whether a test used so much of the limit that it must run again alone.</summary>
    public bool IsNear(double limit) => Parts().Any(part => IsNear(part.First, limit));

    /// <summary>Whether the time used is so near the limit that the program must run again alone.</summary>
    public static bool IsNear(Verdict verdict, double limit) => verdict.Cpu >= limit * Half && verdict.Cpu <= limit * Twice;
}

/// <summary>What became of a problem's samples.</summary>
/// <param name="Id">The problem.</param>
/// <param name="Samples">Its samples, in the order of their file.</param>
public sealed record ProblemResult(string Id, IReadOnlyList<SampleResult> Samples);
