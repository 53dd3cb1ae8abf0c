using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataForge.Orchestrator.Logging;

/// <summary>The form of log lines.</summary>
internal enum LogFormat
{
    /// <summary>One line per message, for people.</summary>
    Text,

    /// <summary>One JSON object per message.</summary>
    Json,
}

/// <summary>How much is shown and logged.</summary>
internal enum Verbosity
{
    /// <summary>Errors alone, and so no bad files, whose names say whose they are; no progress on the terminal.</summary>
    Errors,

    /// <summary>Warnings and errors; no progress on the terminal.</summary>
    Quiet,

    /// <summary>Also runs, stages, parts and notes.</summary>
    Normal,

    /// <summary>Also the start of each part, and training steps.</summary>
    Detailed,

    /// <summary>Everything, the host's own messages included.</summary>
    Debug,
}

/// <summary>What <c>--log</c> and <c>--verbosity</c> ask for.</summary>
/// <param name="Format">The form of log lines; null logs nothing.</param>
/// <param name="Verbosity">How much is logged.</param>
internal sealed record LogSettings(LogFormat? Format, Verbosity Verbosity)
{
    private static readonly Option<LogFormat?> FormatOption = new("--log")
    {
        Description = "Writes log lines to standard error, as text or JSON.", HelpName = "text|json", Recursive = true,
    };

    private static readonly Option<Verbosity?> VerbosityOption = new("--verbosity")
    {
        Description = "How much is logged; without --log, it logs text. errors and quiet also hide progress.",
        HelpName = "errors|quiet|normal|detailed|debug", Recursive = true,
    };

    /// <summary>The two options, valid for every command.</summary>
    public static IReadOnlyList<Option> Options { get; } = [FormatOption, VerbosityOption];

    /// <summary>Whether the terminal shows progress and summaries.</summary>
    public bool ShowsProgress => Verbosity > Verbosity.Quiet;

    /// <summary>The lowest level that is logged.</summary>
    public LogLevel Level => Verbosity switch
    {
        Verbosity.Errors => LogLevel.Error,
        Verbosity.Quiet => LogLevel.Warning,
        Verbosity.Normal => LogLevel.Information,
        Verbosity.Detailed => LogLevel.Debug,
        _ => LogLevel.Trace,
    };

    /// <summary>The settings of a command line that has no errors.</summary>
    public static LogSettings Of(ParseResult parsed)
    {
        Verbosity? verbosity = parsed.GetValue(VerbosityOption);
        return new(parsed.GetValue(FormatOption) ?? (verbosity is null ? null : LogFormat.Text), verbosity ?? Verbosity.Normal);
    }

    /// <summary>Sets up the host's logging.</summary>
    public void Configure(ILoggingBuilder logging, TextWriter output, TimeProvider time)
    {
        if (Format is { } format)
        {
            logging.SetMinimumLevel(Level).AddFilter("Microsoft", Verbosity == Verbosity.Debug ? LogLevel.Trace : LogLevel.None);
            logging.Services.AddSingleton<ILoggerProvider>(new LineLoggerProvider(output, format, time));
        }
    }
}
