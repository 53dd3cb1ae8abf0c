namespace DataForge.Evaluation.Sandbox;

/// <summary>How a program ended.</summary>
public enum Reason
{
    /// <summary>All tests passed.</summary>
    Passed,

    /// <summary>A test's assertion failed.</summary>
    Assertion,

    /// <summary>The program raised an exception or ended before it had answered, or a test could not use its answer.</summary>
    Exception,

    /// <summary>It used more time than the limit.</summary>
    TimeOut,

    /// <summary>It asked for more memory than the limit.</summary>
    Memory,

    /// <summary>It does not compile.</summary>
    Syntax,

    /// <summary>A signal ended it.</summary>
    Killed,
}

/// <summary>What the checker says of one program.</summary>
/// <param name="Reason">How it ended.</param>
/// <param name="Detail">The message, or an empty text.</param>
/// <param name="Cpu">Seconds of processor time, of the program and its checker.</param>
/// <param name="Wall">Seconds from its start to its end.</param>
/// <param name="Loaded">Whether the program was loaded and had what is called, so that the tests began.</param>
public sealed record Verdict(Reason Reason, string Detail, double Cpu, double Wall, bool Loaded = true)
{
    /// <summary>Whether all tests passed.</summary>
    public bool Passed => Reason == Reason.Passed;
}
