using System.Globalization;
using System.Text;

namespace DataForge.Inspection.Reporting;

/// <summary>The report as one self-contained page: no script, nothing from elsewhere.</summary>
internal static class ReportPage
{
    private const int MostLicenses = 20;

    /// <summary>The page in HTML.</summary>
    public static string Write(ReportData data)
    {
        var page = new StringBuilder();
        string name = Charts.Escape(data.RunName);
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">");
        page.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"><link rel=\"icon\" href=\"data:,\">");
        page.Append(CultureInfo.InvariantCulture, $"<title>DataForge: {name}</title><style>{PageStyle.Css}</style></head><body><main>");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{name}</h1><p class=\"dim\">{Charts.Escape(Standing(data))}</p>");
        Tiles(page, data);
        Section(page, "From occurrences to tokens", Funnel(data));
        if (data.Funnel.Count > 0)
        {
            Section(page, "Files dropped, by rule", Drops(data));
        }

        if (data.Licenses.Count > 0)
        {
            Section(page, "Licences in the dataset", $"<p class=\"dim\">Files by licence. Classes that pass: {Charts.Escape(string.Join(", ", data.LicensePolicy))}.</p>" + Charts.Bars("Files by licence", Licenses(data.Licenses)));
        }

        if (data.Sizes.Count > 0)
        {
            Section(page, "File sizes in the dataset", Charts.Bars("Files by size", Sizes(data.Sizes)));
        }

        Section(page, "Training", TrainingSection.Write(data));
        if (data.Sample is { } sample && data.Model.IsDone)
        {
            Section(page, "A completion by the model", $"<p class=\"dim\">The prompt, in bold, and what the model wrote, always the likeliest token.</p><pre><b>{Charts.Escape(sample.Prompt)}</b>{Charts.Escape(sample.Completion)}</pre>");
        }

        return page.Append("<footer>Drawn from the run's manifests and events; <code>dataforge report</code> draws it again.</footer></main></body></html>\n").ToString();
    }

    // What is done and what is not, in a sentence.
    private static string Standing(ReportData data)
    {
        string? begun = Listed(Progress.Begun), done = Listed(Progress.Done), none = Listed(Progress.None);
        return string.Join(" ", new[]
        {
            done is null ? null : $"Done: {done}.", begun is null ? null : $"Under way or interrupted: {begun}.", none is null ? null : $"No part of this run so far: {none}.",
        }.OfType<string>());

        string? Listed(Progress progress) =>
            data.Stages.Where(state => state.Progress == progress).Select(state => state.Stage).ToArray() is { Length: > 0 } names ? string.Join(", ", names) : null;
    }

    private static void Tiles(StringBuilder page, ReportData data)
    {
        page.Append("<div class=\"tiles\">");
        if (data.Funnel.Count > 0)
        {
            Tile(page, Text.Number(data.Funnel[0].Count), "occurrences of Python files read");
            FunnelStep last = data.Funnel[^1];
            Tile(page, Text.Number(last.Count), $"{(IsDataset(data) ? "files in the dataset" : "files that stay so far")}, {Text.Bytes(last.Bytes ?? 0)}");
        }

        if (data.Tokens is { } tokens)
        {
            Tile(page, Text.Number(tokens.Training + tokens.Validation), "tokens");
        }

        TrainingCurve model = data.Model;
        if (model.ValidationLoss is { } loss)
        {
            Tile(page, Text.Nats(loss), $"validation loss, nats a token (unigram entropy {Text.Nats(model.UnigramEntropy)})");
        }
        else if (data.Trainings.LastOrDefault(curve => curve.Steps.Count > 0) is { } curve)
        {
            Tile(page, Text.Nats(curve.Steps[^1].Loss), $"training loss at step {Text.Number(curve.Steps[^1].Step)}, nats a token");
        }

        page.Append("</div>");
    }

    private static bool IsDataset(ReportData data) => data.Stages.Any(state => state is { Stage: "dedup", Progress: Progress.Done });

    private static string Funnel(ReportData data)
    {
        if (data.Funnel.Count == 0 && data.Tokens is null)
        {
            return "<p class=\"dim\">This run has no files and no tokens of its own so far.</p>";
        }

        string bars = data.Funnel.Count == 0
            ? "<p class=\"dim\">This run has no crawled files: nothing was cleaned or deduplicated in it.</p>"
            : Charts.Bars("From occurrences to the dataset", [.. data.Funnel.Select(step => new Bar(step.Name, step.Count, Text.Number(step.Count) + (step.Bytes is { } bytes ? $" · {Text.Bytes(bytes)}" : "")))]);
        if (data.Tokens is not { } tokens)
        {
            return bars + "<p class=\"dim\">No tokens yet.</p>";
        }

        string given = tokens.Unfiltered > 0
            ? $"<p>The tokens are of {Text.Number(tokens.Unfiltered)} documents of text given as it is: no rule, licence or redaction was applied to them.</p>"
            : "";
        return $"{bars}{given}<p class=\"dim\">{Text.Number(tokens.Training)} tokens to train on, {Text.Number(tokens.Validation)} held out to validate, from a vocabulary of {Text.Number(tokens.Vocabulary)}.</p>";
    }

    private static string Drops(ReportData data)
    {
        if (data.Dropped.Count == 0)
        {
            return "<p class=\"dim\">None.</p>";
        }

        string all = Text.Number(data.Dropped.Sum(drop => drop.Occurrences));
        return $"<p class=\"dim\">{all} occurrences left, each with a row in <code>dropped/</code>. Open a rule to see what it drops.</p>"
            + Charts.Bars("Occurrences dropped, by rule", [.. data.Dropped.Select(drop => new Bar(drop.Rule, drop.Occurrences, Text.Number(drop.Occurrences), Explained(drop)))]);
    }

    private static string Explained(Drop drop)
    {
        string threshold = drop.Threshold.Length > 0 ? $" What stays: {Charts.Escape($"{drop.Bound} {drop.Threshold.Replace(", ", ",", StringComparison.Ordinal).Replace(",", ", ", StringComparison.Ordinal)}".Trim())}." : "";
        string contents = drop.Contents > 0 ? $" Distinct contents that left as a whole: {Text.Number(drop.Contents)}." : "";
        string folder = drop.Stage == "clean" ? "dropped/2-clean" : "dropped/3-dataset";
        string words = RuleWords.Of(drop.Rule) is { Length: > 0 } known ? Charts.Escape(known) : "";
        return $"{words}{threshold}{contents} Each file, with the value measured{(drop.Stage == "dedup" ? " and the twin that was kept" : "")}: <code>{folder}/*.parquet</code>, where <code>rule</code> is <code>{Charts.Escape(drop.Rule)}</code>.".TrimStart();
    }

    private static List<Bar> Licenses(IReadOnlyList<Amount> licenses)
    {
        List<Bar> rows = [.. licenses.Take(MostLicenses).Select(amount => new Bar(amount.Name, amount.Value, Text.Number(amount.Value)))];
        if (licenses.Count > MostLicenses)
        {
            long rest = licenses.Skip(MostLicenses).Sum(amount => amount.Value);
            rows.Add(new Bar($"{licenses.Count - MostLicenses} more", rest, Text.Number(rest)));
        }

        return rows;
    }

    // Names sort as text in manifests, so they are written as zero-padded upper bounds in bytes.
    private static List<Bar> Sizes(IReadOnlyList<Amount> sizes)
    {
        var rows = new List<Bar>();
        long below = 0;
        foreach (Amount size in sizes)
        {
            string name = long.TryParse(size.Name, NumberStyles.None, CultureInfo.InvariantCulture, out long bound)
                ? string.Create(CultureInfo.InvariantCulture, $"{(below > 0 ? $"{below / 1024.0:0.#} to" : "under")} {bound / 1024.0:0.#} KiB")
                : below > 0 ? $"{Text.Number(below >> 10)} KiB and more" : "larger";
            rows.Add(new Bar(name, size.Value, Text.Number(size.Value)));
            below = bound;
        }

        return rows;
    }

    private static void Section(StringBuilder page, string title, string body) =>
        page.Append(CultureInfo.InvariantCulture, $"<section><h2>{Charts.Escape(title)}</h2>{body}</section>");

    private static void Tile(StringBuilder page, string value, string what) =>
        page.Append(CultureInfo.InvariantCulture, $"<div class=\"tile\"><b>{Charts.Escape(value)}</b><span>{Charts.Escape(what)}</span></div>");
}
