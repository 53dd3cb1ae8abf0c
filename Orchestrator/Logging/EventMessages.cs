using Microsoft.Extensions.Logging;

namespace DataForge.Orchestrator.Logging;

/// <summary>Log messages made from events.</summary>
internal static partial class EventMessages
{
    [LoggerMessage(400, LogLevel.Warning, "{Where}: {Rule} ({Detail})")]
    internal static partial void BadFile(this ILogger logger, string where, string rule, string detail);

    [LoggerMessage(401, LogLevel.Information, "{Text}")]
    internal static partial void Note(this ILogger logger, string text);

    [LoggerMessage(402, LogLevel.Warning, "{Text}")]
    internal static partial void Warning(this ILogger logger, string text);

    [LoggerMessage(410, LogLevel.Debug, "step {Step} of {Steps}: loss {Loss:F4} nats per token, {TokensPerSecond:F0} tokens per second")]
    internal static partial void Step(this ILogger logger, long step, long steps, double loss, double tokensPerSecond);

    [LoggerMessage(411, LogLevel.Warning, "step {Step} skipped: {Reason}")]
    internal static partial void StepSkipped(this ILogger logger, long step, string reason);

    [LoggerMessage(412, LogLevel.Information, "step {Step}: validation loss {Loss:F4} nats per token")]
    internal static partial void Evaluated(this ILogger logger, long step, double loss);
}
