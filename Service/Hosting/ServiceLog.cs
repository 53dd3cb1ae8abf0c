using Microsoft.Extensions.Logging;

namespace DataForge.Service.Hosting;

/// <summary>Log messages of the service. None names a repository.</summary>
internal static partial class ServiceLog
{
    [LoggerMessage(500, LogLevel.Information, "service started at {Address}: {Schedules}")]
    internal static partial void ServiceStarted(this ILogger logger, string address, string schedules);

    [LoggerMessage(501, LogLevel.Information, "service stopped")]
    internal static partial void ServiceStopped(this ILogger logger);

    [LoggerMessage(502, LogLevel.Warning, "{Reason}")]
    internal static partial void LedgerUnavailable(this ILogger logger, string reason);

    [LoggerMessage(510, LogLevel.Information, "schedule {Schedule}: run {Run} for {Due:O} started, attempt {Number}")]
    internal static partial void AttemptStarted(this ILogger logger, string schedule, string run, DateTimeOffset due, long number);

    [LoggerMessage(511, LogLevel.Information, "schedule {Schedule}: run {Run} for {Due:O} {Outcome}")]
    internal static partial void AttemptEnded(this ILogger logger, string schedule, string run, DateTimeOffset due, string outcome);

    [LoggerMessage(512, LogLevel.Error, "schedule {Schedule}: run {Run} for {Due:O} failed, exit code {ExitCode}; its log says why")]
    internal static partial void AttemptFailed(this ILogger logger, string schedule, string run, DateTimeOffset due, int? exitCode);

    [LoggerMessage(513, LogLevel.Warning, "schedule {Schedule}: run {Run} was taken over by another instance, and ends here")]
    internal static partial void AttemptLost(this ILogger logger, string schedule, string run);

    [LoggerMessage(514, LogLevel.Error, "the build could not be started: {Reason}")]
    internal static partial void BuildNotStarted(this ILogger logger, string reason);

    [LoggerMessage(515, LogLevel.Warning, "the build's events cannot be read: {Reason}")]
    internal static partial void EventsNotRead(this ILogger logger, string reason);

    [LoggerMessage(516, LogLevel.Warning, "schedule {Schedule}: the run did not stop in time and was killed; it can be continued")]
    internal static partial void AttemptKilled(this ILogger logger, string schedule);

    [LoggerMessage(520, LogLevel.Information, "schedule {Schedule}: old run {Run} removed")]
    internal static partial void RunRemoved(this ILogger logger, string schedule, string run);

    [LoggerMessage(521, LogLevel.Warning, "schedule {Schedule}: old runs were not removed: {Reason}")]
    internal static partial void RunsNotRemoved(this ILogger logger, string schedule, string reason);

    [LoggerMessage(530, LogLevel.Warning, "the service manager was not told: {Reason}")]
    internal static partial void NotNotified(this ILogger logger, string reason);
}
