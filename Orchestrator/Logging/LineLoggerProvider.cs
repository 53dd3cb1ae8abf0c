using Microsoft.Extensions.Logging;

namespace DataForge.Orchestrator.Logging;

/// <summary>
/// Writes each log message as one line, at once, so that no line is lost however the process ends. (The console provider of
/// Microsoft.Extensions.Logging writes from a queue and nests scopes as texts.)
/// </summary>
/// <param name="output">Receives the lines. Thread-safe, as <see cref="Console.Error"/> is.</param>
/// <param name="format">The form of the lines.</param>
/// <param name="time">The clock.</param>
internal sealed class LineLoggerProvider(TextWriter output, LogFormat format, TimeProvider time) : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    /// <inheritdoc/>
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new LineLogger(categoryName, this);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class LineLogger(string category, LineLoggerProvider provider) : ILogger
    {
        /// <inheritdoc/>
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => provider._scopes.Push(state);

        /// <inheritdoc/>
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        /// <inheritdoc/>
        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string message = formatter(state, exception);
            LogScope scope = LogScope.Of(provider._scopes);
            var line = new LogLine(provider.Time.GetUtcNow(), logLevel, category, eventId, message, scope, exception);
            provider.Output.WriteLine(provider.Format == LogFormat.Json ? line.ToJson() : line.ToText());
        }
    }

    private TextWriter Output => output;

    private LogFormat Format => format;

    private TimeProvider Time => time;
}
