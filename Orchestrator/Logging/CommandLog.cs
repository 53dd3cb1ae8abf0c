using Microsoft.Extensions.Logging;

namespace DataForge.Orchestrator.Logging;

/// <summary>Log messages about commands.</summary>
internal static partial class CommandLog
{
    [LoggerMessage(1, LogLevel.Error, "{Command} failed: {Reason}")]
    internal static partial void CommandFailed(this ILogger logger, string command, string reason, Exception exception);

    [LoggerMessage(10, LogLevel.Information, "an interrupted opt-out was finished")]
    internal static partial void OptOutFinished(this ILogger logger);

    [LoggerMessage(11, LogLevel.Information, "an opt-out of {Entries} entries was applied")]
    internal static partial void OptOutApplied(this ILogger logger, int entries);
}
