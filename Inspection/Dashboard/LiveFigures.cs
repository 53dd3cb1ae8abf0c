using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Reporting;

namespace DataForge.Inspection.Dashboard;

/// <summary>What a run is at, in words that pages and the terminal show.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Share">How much of it is done, 0 to 1; null if unknown.</param>
/// <param name="Done">What is done, such as <c>12 of 40 files</c>.</param>
/// <param name="Parts">Parts of the stage that are complete.</param>
/// <param name="Rate">How fast it goes; empty if unknown.</param>
/// <param name="SecondsLeft">How long it will take; null if unknown.</param>
internal sealed record LiveFigures(string Stage, double? Share, string Done, int Parts, string Rate, double? SecondsLeft)
{
    // Before this share is done, the rate says little about the rest: parts differ in size.
    private const double LeastShareForEstimate = 0.01;

    /// <summary>The stage that began last; null if none did.</summary>
    public static LiveFigures? Of(RunEvents events)
    {
        StageWork? stage = events.Stages.Where(stage => !stage.IsDone).MaxBy(stage => stage.Began)
            ?? events.Stages.MaxBy(stage => stage.Began);
        return stage switch
        {
            null => null,
            { Stage: StageNames.Pretrain, IsDone: false } when events.LastStep is { } step => OfTraining(stage, step),
            { Progress: { Total: > 0 } progress } => OfProgress(stage, progress),
            { Progress: { } progress } => new(stage.Stage, stage.IsDone ? 1 : null, RunSections.Amount(progress.Done, progress.Unit),
                stage.Parts, RateOf(stage), null),
            _ => new(stage.Stage, stage.IsDone ? 1 : null, "", stage.Parts, "", null),
        };
    }

    /// <summary>A stage's rate; a dash where unknown.</summary>
    public static string RateOf(StageWork stage)
    {
        double rate = stage.Rate;
        string unit = stage.Progress?.Unit ?? "";
        return rate == 0 ? "–"
            : unit == "bytes" ? $"{Figures.Bytes(rate)}/s"
            : rate < 10 ? $"{(60 * rate).ToString("N0", CultureInfo.InvariantCulture)} {unit}/min"
            : $"{rate.ToString("N0", CultureInfo.InvariantCulture)} {unit}/s";
    }

    private static LiveFigures OfTraining(StageWork stage, TrainingStep step) => new(
        stage.Stage, step.Steps > 0 ? Math.Clamp((double)step.Step / step.Steps, 0, 1) : null,
        string.Create(CultureInfo.InvariantCulture, $"step {step.Step:N0} of {step.Steps:N0}, loss {step.Loss:F3}"), stage.Parts,
        string.Create(CultureInfo.InvariantCulture, $"{step.TokensPerSecond:N0} tokens/s"), step.SecondsLeft);

    private static LiveFigures OfProgress(StageWork stage, StageAdvanced progress)
    {
        double share = stage.IsDone ? 1 : Math.Clamp((double)progress.Done / progress.Total, 0, 1);
        double? left = !stage.IsDone && share >= LeastShareForEstimate && stage.Rate > 0
            ? Math.Max(0, progress.Total - progress.Done) / stage.Rate
            : null;
        string done = (progress.Unit == "bytes" ? ReportFormat.Bytes(progress.Done) : ReportFormat.Number(progress.Done))
            + $" of {RunSections.Amount(progress.Total, progress.Unit)}";
        return new(stage.Stage, share, done, stage.Parts, RateOf(stage), left);
    }
}
