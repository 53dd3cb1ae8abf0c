using System.Globalization;
using DataForge.Corpus;
using DataForge.Inspection.Reporting;
using static DataForge.Inspection.Reporting.ReportFormat;

namespace DataForge.Inspection.Dashboard;

/// <summary>How a figure is written.</summary>
internal enum FigureKind
{
    /// <summary>A number of things.</summary>
    Count,

    /// <summary>A number of bytes.</summary>
    Bytes,

    /// <summary>A mean per token or byte, with three decimals.</summary>
    Mean,

    /// <summary>A duration.</summary>
    Seconds,
}

/// <summary>A figure of a run.</summary>
/// <param name="Group">What it belongs to.</param>
/// <param name="Name">Its name in the group.</param>
/// <param name="Value">Its value.</param>
/// <param name="Kind">How it is written.</param>
/// <param name="IsListed">Whether the group lists only what occurs, so that a name that is missing stands for 0.</param>
internal sealed record RunFigure(string Group, string Name, double Value, FigureKind Kind, bool IsListed = false)
{
    /// <summary>A value as text.</summary>
    public static string Text(double value, FigureKind kind) => kind switch
    {
        FigureKind.Count => Number((long)value),
        FigureKind.Bytes => (value < 0 ? "-" : "") + ReportFormat.Bytes((long)Math.Abs(value)),
        FigureKind.Seconds => (value < 0 ? "-" : "") + Figures.Duration(Math.Abs(value)),
        _ => value.ToString("F3", CultureInfo.InvariantCulture),
    };
}

/// <summary>All figures of a run in one list, to compare it with another.</summary>
internal static class RunFigures
{
    /// <summary>The figures, group by group.</summary>
    public static IReadOnlyList<RunFigure> Of(RunView view)
    {
        ReportData report = view.Report;
        List<RunFigure> figures = [];
        foreach (FunnelStep step in report.Funnel)
        {
            Add("Funnel", step.Name, step.Count);
            if (step.Bytes is { } bytes)
            {
                Add("Funnel", step.Name + ", in bytes", bytes, FigureKind.Bytes);
            }
        }

        AddListed("Occurrences dropped, by rule", report.Dropped.Select(drop => new NamedCount(drop.Rule, drop.Occurrences)));
        AddListed("Files by licence", report.Licenses);
        AddListed("Files by size", report.Sizes.Select(size => size with { Name = SizeName(size.Name) }));
        if (report.Funnel.Count > 0)
        {
            Add("Duplicates", "exact, dropped", view.Duplicates.Exact);
            Add("Duplicates", "near, dropped", view.Duplicates.Near);
            Add("Duplicates", "groups of near duplicates", view.Duplicates.Clusters);
        }

        if (report.Tokens is { } tokens)
        {
            Add("Tokens", "to train on", tokens.Training);
            Add("Tokens", "held out", tokens.Validation);
            Add("Tokens", "vocabulary", tokens.Vocabulary);
        }

        TrainingCurve model = report.Model;
        AddMean("loss at the last step", model.Steps.Count > 0 ? model.Steps[^1].Loss : null);
        AddMean("validation loss", model.ValidationLoss ?? (model.Evaluations.Count > 0 ? model.Evaluations[^1].Loss : null));
        AddMean("unigram entropy", model.UnigramEntropy);
        AddMean("bits per byte on held-out files", model.HeldOut?.Model);
        foreach (EvaluatedSet set in view.Evaluations)
        {
            foreach (EvaluatedScore score in set.Scores)
            {
                Add("Evaluation, in %", score.NameIn(set), 100 * score.Mean, FigureKind.Mean);
            }
        }

        foreach (StageWork stage in view.Events.Stages.Where(stage => stage.IsDone))
        {
            Add("Time by stage", stage.Stage, stage.Seconds, FigureKind.Seconds);
        }

        return figures;

        // In counts, sizes are upper bounds padded with zeros.
        static string SizeName(string name) =>
            long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long bound) ? $"below {Number(bound)} bytes" : name;

        void Add(string group, string name, double value, FigureKind kind = FigureKind.Count) =>
            figures.Add(new RunFigure(group, name, value, kind));

        void AddListed(string group, IEnumerable<NamedCount> counts) => figures.AddRange(
            counts.Select(count => new RunFigure(group, count.Name, count.Value, FigureKind.Count, IsListed: true)));

        void AddMean(string name, double? value)
        {
            if (value is { } known)
            {
                Add("Training, per token", name, known, FigureKind.Mean);
            }
        }
    }
}
