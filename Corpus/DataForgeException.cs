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

    /// <summary>The user or the service stopped the run, which can be continued: 128 + SIGINT (2), as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>The exit code of the program: one of the constants above.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>An error in the command (exit code 2).</summary>
    public static DataForgeException Usage(string message, Exception? inner = null) => new(message, WrongUse, inner);
}
