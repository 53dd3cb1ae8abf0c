namespace DataForge.Corpus;

/// <summary>
/// An error that the user can act on. Its message is one line that says what is wrong and what to do; the program prints it
/// without a stack trace and exits with <see cref="ExitCode"/>.
/// </summary>
public sealed class DataForgeException(string message, int exitCode = DataForgeException.Failed, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The run failed, although the command was valid.</summary>
    public const int Failed = 1;

    /// <summary>The command is invalid: a wrong option, a missing folder, a run of another version.</summary>
    public const int WrongUse = 2;

    /// <summary>The exit code of the program: 1 for a failed run, 2 for an invalid command.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>An error in the command (exit code 2).</summary>
    public static DataForgeException Usage(string message, Exception? inner = null) => new(message, WrongUse, inner);
}
