using System.Globalization;
using System.Text;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Reporting;

/// <summary>The report as one self-contained page: no script, no link to anywhere.</summary>
internal static class ReportPage
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1d2329;--dim:#5b6670;--paper:#fff;--line:#dfe4e8;--bar:#3b7dd8;--second:#d9822b;--level:#7a8792}
        @media(prefers-color-scheme:dark){:root{--ink:#e6eaee;--dim:#9aa6b1;--paper:#15191d;--line:#2e363d;--bar:#5b9bf0;--second:#f0a04b;--level:#8b98a3}}
        *{box-sizing:border-box}body{margin:0 auto;max-width:820px;padding:32px 20px 64px;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        h1{font-size:26px;margin:0 0 4px}h2{font-size:18px;margin:36px 0 10px;border-top:1px solid var(--line);padding-top:18px}p{margin:6px 0}.dim,.legend,.none{color:var(--dim)}
        .tiles{display:flex;flex-wrap:wrap;gap:10px;margin-top:18px}.tile{flex:1 1 150px;border:1px solid var(--line);border-radius:8px;padding:10px 14px}.tile b{display:block;font-size:21px}.tile span{color:var(--dim);font-size:13px}
        .bars{width:100%;border-collapse:collapse}.bars th{font-weight:400;text-align:left;padding:3px 12px 3px 0;width:34%;overflow-wrap:anywhere}.bars td{padding:3px 0}.bar{height:14px;border-radius:3px;background:var(--bar)}
        .number{text-align:right;white-space:nowrap;padding-left:12px!important;width:1%;font-variant-numeric:tabular-nums}
        svg{width:100%;height:auto}svg text{font-size:12px;fill:var(--dim)}.grid{stroke:var(--line)}.level{stroke:var(--level);stroke-dasharray:5 4}polyline{fill:none;stroke-width:1.8}
        polyline.train{stroke:var(--bar)}polyline.validation{stroke:var(--second);stroke-width:2.4}.legend span::before{content:"";display:inline-block;width:18px;height:3px;margin:0 6px 4px 12px;background:var(--bar)}.legend .validation::before{background:var(--second)}
        pre{background:color-mix(in srgb,var(--line) 45%,transparent);border-radius:8px;padding:14px;overflow-x:auto;font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}pre b{font-weight:600;color:var(--bar)}
        """;

    /// <summary>The page in HTML.</summary>
    public static string Write(ReportData data)
    {
        var page = new StringBuilder();
        string name = Charts.Escape(data.RunName);
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>DataForge: {name}</title><style>{Style}</style></head><body>");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{name}</h1><p class=\"dim\">Licences that pass: {Charts.Escape(string.Join(", ", data.LicensePolicy))}.</p>");
        Tiles(page, data);
        Section(page, "From occurrences to tokens", Charts.Bars([.. data.Funnel.Take(data.Funnel.Count - 1).Select(FunnelBar)]) + Tokens(data));
        Section(page, "Files dropped, by rule", data.Dropped.Count > 0 ? Charts.Bars(Bars(data.Dropped, 30)) : "<p class=\"none\">None.</p>");
        Section(page, "Licences in the dataset", Charts.Bars(Bars(data.Licenses, 20)));
        if (data.Sizes.Count > 0)
        {
            Section(page, "File sizes in the dataset", Charts.Bars([.. data.Sizes.Select(size => (SizeName(size.Name), (double)size.Value, Number(size.Value)))]));
        }

        Section(page, "Training", Losses(data));
        if (data.Sample is { } sample)
        {
            Section(page, "A completion by the model", $"<pre><b>{Charts.Escape(sample.Prompt)}</b>{Charts.Escape(sample.Completion)}</pre>");
        }

        return page.Append("</body></html>\n").ToString();
    }

    private static void Tiles(StringBuilder page, ReportData data)
    {
        FunnelStep dataset = data.Funnel[^2];
        page.Append("<div class=\"tiles\">");
        Tile(page, Number(data.Funnel[0].Count), "occurrences read");
        Tile(page, $"{Number(dataset.Count)}", $"files in the dataset, {ConsoleSink.Bytes(dataset.Bytes ?? 0)}");
        Tile(page, Number(data.Funnel[^1].Count), "tokens");
        if (data.ValidationLoss is { } loss)
        {
            Tile(page, Nats(loss), $"validation loss, nat a token{(data.UnigramEntropy is { } entropy ? $" (unigram entropy {Nats(entropy)})" : "")}");
        }

        page.Append("</div>");
    }

    private static string Losses(ReportData data)
    {
        string chart = Charts.Lines(
            [
                ("train", "training loss", [.. Thinned(data.Steps).Select(step => ((double)step.Step, step.Loss))]),
                ("validation", "validation loss", [.. data.Evaluations.Select(evaluated => ((double)evaluated.Step, evaluated.Loss))]),
            ],
            data.UnigramEntropy is { } entropy ? ($"unigram entropy {Nats(entropy)}", entropy) : null);
        string words = data is { ValidationLoss: { } loss, UnigramEntropy: { } unigram }
            ? $"<p>Validation loss {Nats(loss)} nat a token; the unigram entropy of the same tokens is {Nats(unigram)}, so the model is {Nats(unigram - loss)} nat better than word counts alone.</p>"
            : "";
        string size = data.Parameters > 0 ? $"<p class=\"dim\">{Number(data.Parameters)} parameters, {Number(data.Steps.Count)} steps recorded.</p>" : "";
        return chart + words + size;
    }

    // A line of a few hundred points looks the same and loads at once.
    private static IEnumerable<T> Thinned<T>(IReadOnlyList<T> points)
    {
        const int Most = 500;
        int stride = Math.Max(1, points.Count / Most);
        return points.Where((_, i) => i % stride == 0 || i == points.Count - 1);
    }

    private static (string, double, string) FunnelBar(FunnelStep step) =>
        (step.Name, step.Count, Number(step.Count) + (step.Bytes is { } bytes ? $" · {ConsoleSink.Bytes(bytes)}" : ""));

    private static string Tokens(ReportData data) => $"<p class=\"dim\">The dataset is {Number(data.Funnel[^1].Count)} tokens.</p>";

    private static List<(string, double, string)> Bars(IReadOnlyList<Amount> amounts, int most)
    {
        List<(string, double, string)> rows = [.. amounts.Take(most).Select(amount => (amount.Name, (double)amount.Value, Number(amount.Value)))];
        if (amounts.Count > most)
        {
            long rest = amounts.Skip(most).Sum(amount => amount.Value);
            rows.Add(($"{amounts.Count - most} more", rest, Number(rest)));
        }

        return rows;
    }

    // Names sort as text in manifests, so they are written as zero-padded upper bounds in bytes.
    private static string SizeName(string bound) =>
        long.TryParse(bound, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? $"under {bytes / 1024.0:0.#} KiB" : bound;

    private static void Section(StringBuilder page, string title, string body) =>
        page.Append(CultureInfo.InvariantCulture, $"<h2>{Charts.Escape(title)}</h2>{body}");

    private static void Tile(StringBuilder page, string value, string what) =>
        page.Append(CultureInfo.InvariantCulture, $"<div class=\"tile\"><b>{Charts.Escape(value)}</b><span>{Charts.Escape(what)}</span></div>");

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Nats(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
}
