using Microsoft.Extensions.Logging;

namespace DataForge.Corpus.Runs;

/// <summary>Log messages about parts, and the scope that names the part in every message logged while it is computed.</summary>
internal static partial class PartLog
{
    private static readonly Func<ILogger, string, IDisposable?> PartScope = LoggerMessage.DefineScope<string>("part {part}");

    internal static IDisposable? BeginPart(this ILogger logger, string part) => PartScope(logger, part);

    [LoggerMessage(300, LogLevel.Debug, "{Stage} {Part}: started")]
    internal static partial void PartStarted(this ILogger logger, string stage, string part);

    [LoggerMessage(301, LogLevel.Information, "{Stage} {Part}: computed in {Seconds:F2} s")]
    internal static partial void PartComputed(this ILogger logger, string stage, string part, double seconds);

    [LoggerMessage(302, LogLevel.Information, "{Stage} {Part}: reused")]
    internal static partial void PartReused(this ILogger logger, string stage, string part);

    [LoggerMessage(303, LogLevel.Error, "{Stage} {Part}: failed, {Fault}: {Reason}")]
    internal static partial void PartFailed(this ILogger logger, string stage, string part, string fault, string reason);
}
