using System.Globalization;
using System.Text;
using DataForge.Corpus.Runs;
using static DataForge.Inspection.Reporting.ReportFormat;

namespace DataForge.Inspection.Reporting;

/// <summary>The report as one self-contained HTML page: no scripts, nothing loaded from elsewhere.</summary>
internal static class ReportPage
{
    private const int MaxLicenses = 20;

    /// <summary>Writes the page.</summary>
    public static string Write(ReportData data)
    {
        var page = new StringBuilder();
        string name = Charts.Escape(data.RunName);
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append("<meta name=\"viewport\" content=\"width=device-width\">");
        page.Append("<meta http-equiv=\"Content-Security-Policy\" ")
            .Append("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"><link rel=\"icon\" href=\"data:,\">");
        page.Append(CultureInfo.InvariantCulture, $"<title>DataForge: {name}</title><style>{PageStyle.Css}</style></head><body><main>");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{name}</h1><p class=\"dim\">{Charts.Escape(StagesInWords(data))}</p>");
        Tiles(page, data);
        Section(page, "From occurrences to tokens", Funnel(data));
        if (data.Funnel.Count > 0)
        {
            Section(page, "Files dropped, by rule", Drops(data));
        }

        if (data.Licenses.Count > 0)
        {
            string policy = Charts.Escape(string.Join(", ", data.LicensePolicy));
            Section(
                page, "Licences in the dataset",
                $"<p class=\"dim\">Files by licence. Classes that pass: {policy}.</p>"
                + Charts.Bars("Files by licence", Licenses(data.Licenses)));
        }

        if (data.Sizes.Count > 0)
        {
            Section(page, "File sizes in the dataset", Charts.Bars("Files by size", Sizes(data.Sizes)));
        }

        Section(page, "Training", TrainingSection.Write(data));
        if (data.Samples.Count > 0 && data.Model.IsDone)
        {
            Section(
                page, "Completions by the model",
                "<p class=\"dim\">The prompts, in bold, and what the model wrote, up to the end of the function. A line that is not valid "
                + "Python, or no new statement, was drawn again.</p>"
                + string.Concat(data.Samples.Select(
                    sample => $"<pre><b>{Charts.Escape(sample.Prompt)}</b>{Charts.Escape(sample.Completion)}</pre>")));
        }

        page.Append("<footer>Made from the run's manifests and events; <code>dataforge report</code> makes it again.</footer>");
        return page.Append("</main></body></html>\n").ToString();
    }

    // Which stages have finished and which have not, in a sentence for each kind.
    private static string StagesInWords(ReportData data)
    {
        var sentences = new List<string>();
        Add("Done", Progress.Done);
        Add("Under way or interrupted", Progress.Begun);
        Add("No part of this run so far", Progress.None);
        return string.Join(" ", sentences);

        void Add(string words, Progress progress)
        {
            string names = string.Join(", ", data.Stages.Where(state => state.Progress == progress).Select(state => state.Stage));
            if (names.Length > 0)
            {
                sentences.Add($"{words}: {names}.");
            }
        }
    }

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
            return "<p class=\"dim\">This run has no files and no tokens of its own so far.</p>";
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
        string contents = drop.Contents > 0 ? $" Distinct contents dropped as a whole: {Number(drop.Contents)}." : "";
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

    private static void Section(StringBuilder page, string title, string body) =>
        page.Append(CultureInfo.InvariantCulture, $"<section><h2>{Charts.Escape(title)}</h2>{body}</section>");

    private static void Tile(StringBuilder page, string value, string what) =>
        page.Append($"<div class=\"tile\"><b>{Charts.Escape(value)}</b><span>{Charts.Escape(what)}</span></div>");
}
