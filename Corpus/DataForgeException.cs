namespace DataForge.Corpus;

/// <summary>
/// A fault the user can act on. Its message is one line that says what is wrong and what to do; the program prints it
/// without a stack trace and ends with <see cref="ExitCode"/>.
/// </summary>
public sealed class DataForgeException(string message, int exitCode = DataForgeException.Failed, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The run failed: something outside the user's words went wrong.</summary>
    public const int Failed = 1;

    /// <summary>The user asked for something that cannot be: a wrong option, a missing folder, a run of another version.</summary>
    public const int WrongUse = 2;

    /// <summary>1 for a failed run, 2 for wrong use.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>A fault in what the user asked for (exit code 2).</summary>
    public static DataForgeException Usage(string message, Exception? inner = null) => new(message, WrongUse, inner);
}
