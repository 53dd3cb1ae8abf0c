using System.Globalization;
using System.Text;
using DataForge.Corpus.Runs;
using static DataForge.Inspection.Reporting.ReportFormat;

namespace DataForge.Inspection.Reporting;

/// <summary>A section of a page.</summary>
/// <param name="Name">Its name in the page's addresses and scripts.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Html">What follows the heading.</param>
internal sealed record PageSection(string Name, string Title, string Html);

/// <summary>What the report and the dashboard show of a run, section by section.</summary>
internal static class ReportSections
{
    private const int MaxLicenses = 20;

    /// <summary>The sections of which the run has something to show, in order.</summary>
    public static IEnumerable<PageSection> Of(ReportData data)
    {
        yield return new("funnel", "From occurrences to tokens", Funnel(data));
        if (data.Funnel.Count > 0)
        {
            yield return new("drops", "Files dropped, by rule", Drops(data));
        }

        if (data.Licenses.Count > 0)
        {
            string policy = Charts.Escape(string.Join(", ", data.LicensePolicy));
            yield return new(
                "licences", "Licences in the dataset",
                $"<p class=\"dim\">Files by licence. Classes that pass: {policy}.</p>"
                + Charts.Bars("Files by licence", Licenses(data.Licenses)));
        }

        if (data.Sizes.Count > 0)
        {
            yield return new("sizes", "File sizes in the dataset", Charts.Bars("Files by size", Sizes(data.Sizes)));
        }

        yield return new("training", "Training", TrainingSection.Write(data));
        if (data.Samples.Count > 0 && data.Model.IsDone)
        {
            yield return new(
                "samples", "Completions by the model",
                "<p class=\"dim\">The prompts, in bold, and what the model wrote, up to the end of the function. A line that is not valid "
                + "Python, or no new statement, was drawn again.</p>"
                + string.Concat(data.Samples.Select(
                    sample => $"<pre><b>{Charts.Escape(sample.Prompt)}</b>{Charts.Escape(sample.Completion)}</pre>")));
        }
    }

    /// <summary>The most important figures, large.</summary>
    public static string Tiles(ReportData data)
    {
        var html = new StringBuilder();
        Tiles(html, data);
        return html.ToString();
    }

    /// <summary>A section with its heading.</summary>
    public static string Write(PageSection section) =>
        $"<section><h2>{Charts.Escape(section.Title)}</h2>{section.Html}</section>";

    private static void Tiles(StringBuilder page, ReportData data)
    {
        page.Append("<div class=\"tiles\">");
        if (data.Funnel.Count > 0)
        {
            Tile(page, Number(data.Funnel[0].Count), "occurrences of Python files read");
            FunnelStep last = data.Funnel[^1];
            string what = IsDataset(data) ? "files in the dataset" : "files kept so far";
            Tile(page, Number(last.Count), $"{what}, {Bytes(last.Bytes ?? 0)}");
        }

        if (data.Tokens is { } tokens)
        {
            Tile(page, Number(tokens.Training + tokens.Validation), "tokens");
        }

        TrainingCurve model = data.Model;
        if (model.ValidationLoss is { } loss)
        {
            Tile(page, Nats(loss), $"validation loss, nats per token (unigram entropy {Nats(model.UnigramEntropy)})");
            if (model.HeldOut is { } heldOut)
            {
                Tile(page, Nats(heldOut.Model), $"bits per byte on held-out files (gzip {Nats(heldOut.Gzip)})");
            }
        }
        else if (data.Trainings.LastOrDefault(curve => curve.Steps.Count > 0) is { } curve)
        {
            string step = Number(curve.Steps[^1].Step);
            Tile(page, Nats(curve.Steps[^1].Loss), $"training loss at step {step}, nats per token");
        }

        page.Append("</div>");
    }

    private static bool IsDataset(ReportData data) =>
        data.Stages.Any(state => state is { Stage: StageNames.Dedup, Progress: Progress.Done });

    private static string Funnel(ReportData data)
    {
        if (data.Funnel.Count == 0 && data.Tokens is null)
        {
            return "<p class=\"dim\">This run has no files and no tokens yet.</p>";
        }

        string bars = data.Funnel.Count == 0
            ? "<p class=\"dim\">This run has no crawled files: nothing was cleaned or deduplicated in it.</p>"
            : Charts.Bars("From occurrences to the dataset", [.. data.Funnel.Select(FunnelBar)]);
        if (data.Tokens is not { } tokens)
        {
            return bars + "<p class=\"dim\">No tokens yet.</p>";
        }

        string given = tokens.Unfiltered > 0
            ? $"<p>The tokens are of {Number(tokens.Unfiltered)} documents of text given as it is: "
                + "no rule, licence or redaction was applied to them.</p>"
            : "";
        return $"{bars}{given}<p class=\"dim\">{Number(tokens.Training)} tokens to train on, "
            + $"{Number(tokens.Validation)} held out to validate, from a vocabulary of {Number(tokens.Vocabulary)}.</p>";
    }

    private static Bar FunnelBar(FunnelStep step)
    {
        string bytes = step.Bytes is { } known ? $" · {Bytes(known)}" : "";
        return new Bar(step.Name, step.Count, Number(step.Count) + bytes);
    }

    private static string Drops(ReportData data)
    {
        if (data.Dropped.Count == 0)
        {
            return "<p class=\"dim\">None.</p>";
        }

        string all = Number(data.Dropped.Sum(drop => drop.Occurrences));
        return $"<p class=\"dim\">{all} occurrences dropped, each with a row in <code>dropped/</code>. "
            + "Open a rule to see what it drops.</p>"
            + Charts.Bars("Occurrences dropped, by rule", [.. data.Dropped.Select(DroppedBar)]);
    }

    private static Bar DroppedBar(DroppedByRule drop) =>
        new(drop.Rule, drop.Occurrences, Number(drop.Occurrences), Explanation(drop));

    private static string Explanation(DroppedByRule drop)
    {
        bool isDuplicate = drop.Stage == StageNames.Dedup;
        string words = Charts.Escape(RuleWords.Of(drop.Rule));
        string contents = drop.Contents > 0 ? $" Distinct contents dropped completely: {Number(drop.Contents)}." : "";
        string twin = isDuplicate ? " and the twin that was kept" : "";
        string folder = isDuplicate ? RunPaths.DroppedByDedup : RunPaths.DroppedByClean;
        return ($"{words}{Bound(drop)}{contents} Each file, with the value measured{twin}: <code>{folder}/*.parquet</code>, "
            + $"where <code>rule</code> is <code>{Charts.Escape(drop.Rule)}</code>.").TrimStart();
    }

    // What passes the rule; a list in the threshold gets a space after each comma, so that it can be wrapped.
    private static string Bound(DroppedByRule drop)
    {
        string threshold = string.Join(", ", drop.Threshold.Split(',', StringSplitOptions.TrimEntries));
        return threshold.Length > 0 ? $" What passes: {Charts.Escape($"{drop.Bound} {threshold}".Trim())}." : "";
    }

    private static List<Bar> Licenses(IReadOnlyList<NamedCount> licenses)
    {
        List<Bar> rows = [.. licenses.Take(MaxLicenses).Select(license => new Bar(license.Name, license.Value, Number(license.Value)))];
        if (licenses.Count > MaxLicenses)
        {
            long rest = licenses.Skip(MaxLicenses).Sum(license => license.Value);
            rows.Add(new Bar($"{licenses.Count - MaxLicenses} more", rest, Number(rest)));
        }

        return rows;
    }

    // In counts, sizes are upper bounds in bytes, padded with zeros so that they sort as numbers.
    private static List<Bar> Sizes(IReadOnlyList<NamedCount> sizes)
    {
        var rows = new List<Bar>();
        long below = 0;
        foreach (NamedCount size in sizes)
        {
            string name = long.TryParse(size.Name, NumberStyles.None, CultureInfo.InvariantCulture, out long bound)
                ? $"{(below > 0 ? $"{Kibibytes(below)} to" : "under")} {Kibibytes(bound)} KiB"
                : below > 0 ? $"{Number(below >> 10)} KiB and more" : "larger";
            rows.Add(new Bar(name, size.Value, Number(size.Value)));
            below = bound;
        }

        return rows;
    }

    private static string Kibibytes(long bytes) => (bytes / 1024.0).ToString("0.#", CultureInfo.InvariantCulture);

    private static void Tile(StringBuilder page, string value, string what) =>
        page.Append($"<div class=\"tile\"><b>{Charts.Escape(value)}</b><span>{Charts.Escape(what)}</span></div>");
}
