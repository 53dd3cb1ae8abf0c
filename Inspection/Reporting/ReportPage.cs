using System.Globalization;
using System.Text;

namespace DataForge.Inspection.Reporting;

/// <summary>The report as one self-contained HTML page: no scripts, nothing loaded from elsewhere.</summary>
internal static class ReportPage
{
    /// <summary>Writes the page.</summary>
    public static string Write(ReportData data)
    {
        StringBuilder page = Begin($"DataForge: {data.RunName}");
        string name = Charts.Escape(data.RunName);
        page.Append(CultureInfo.InvariantCulture, $"<h1>{name}</h1><p class=\"dim\">{Charts.Escape(StagesInWords(data))}</p>");
        if (data.Failure is { } failure)
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>This run failed</h2><pre>{Charts.Escape(failure)}</pre>");
        }

        page.Append(ReportSections.Tiles(data));
        foreach (PageSection section in ReportSections.Of(data))
        {
            page.Append(ReportSections.Write(section));
        }

        page.Append("<footer>Made from the run's manifests and events; <code>dataforge report</code> makes it again.</footer>");
        return page.Append("</main></body></html>\n").ToString();
    }

    /// <summary>A self-contained page up to the beginning of its content, which <c>&lt;/main&gt;</c> ends.</summary>
    /// <param name="title">Its title.</param>
    public static StringBuilder Begin(string title) =>
        new StringBuilder("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append("<meta name=\"viewport\" content=\"width=device-width\">")
            .Append("<meta http-equiv=\"Content-Security-Policy\" ")
            .Append("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"><link rel=\"icon\" href=\"data:,\">")
            .Append(CultureInfo.InvariantCulture, $"<title>{Charts.Escape(title)}</title><style>{PageStyle.Css}</style>")
            .Append("</head><body><main>");

    /// <summary>Which stages have finished and which have not, in a sentence for each kind.</summary>
    public static string StagesInWords(ReportData data)
    {
        var sentences = new List<string>();
        Add("Done", Progress.Done);
        string unfinished = data.Unfinished;
        Add(char.ToUpperInvariant(unfinished[0]) + unfinished[1..], Progress.Begun);
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
}
