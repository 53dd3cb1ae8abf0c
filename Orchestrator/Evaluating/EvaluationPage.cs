using System.Globalization;
using System.Text;
using DataForge.Corpus.Runs;
using DataForge.Evaluation.Scores;
using DataForge.Evaluation.Scoring;
using DataForge.Inspection.Reporting;
using static DataForge.Inspection.Reporting.ReportFormat;
using static DataForge.Orchestrator.Terminal.EvaluationTable;

namespace DataForge.Orchestrator.Evaluating;

/// <summary>
/// An evaluation as one self-contained HTML page in the look of a run's report. It shows what <c>evaluation.json</c> holds; messages of
/// the programs, which can be anything, stay in that file.
/// </summary>
internal static class EvaluationPage
{
    /// <summary>Writes the page beside the results.</summary>
    /// <param name="folder">Where the results are.</param>
    /// <param name="name">What was evaluated: the model's folder or the samples' file.</param>
    /// <param name="report">The results.</param>
    public static void Write(string folder, string name, EvaluationReport report) =>
        AtomicFile.Write(Path.Combine(folder, EvaluationFiles.Page), Encoding.UTF8.GetBytes(Html(name, report)));

    /// <summary>The page.</summary>
    internal static string Html(string name, EvaluationReport report)
    {
        StringBuilder page = ReportPage.Begin($"{report.Set}: {name}")
            .Append($"<h1>{Charts.Escape(report.Set)}</h1><p class=\"dim\">{Charts.Escape(InWords(name, report))}</p>")
            .Append(report.Sandbox ? "" : "<p><b>The programs ran without the sandbox.</b></p>").Append(Tiles(report));
        foreach (PageSection section in Sections(report))
        {
            page.Append(ReportSections.Write(section));
        }

        page.Append($"<footer>All of it, with each sample's verdict and message, is in <code>{EvaluationFiles.Report}</code>.</footer>");
        return page.Append("</main></body></html>\n").ToString();
    }

    private static string InWords(string name, EvaluationReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {report.Samples:N0} samples of {report.Problems:N0} problems, judged with Python {report.Python} "
            + $"and {report.CpuLimit} s of processor time for each program.");

    private static IEnumerable<PageSection> Sections(EvaluationReport report)
    {
        yield return new("scores", "Scores", Scores(report));
        if (report.Groups.Count > 0)
        {
            yield return new("groups", "Accuracy by difficulty", Groups(report.Groups));
        }

        yield return new(
            "reasons", "How the samples ended",
            Charts.Bars(
                "Samples by reason",
                [.. report.Reasons.Select(reason => new Bar(Name(reason.Key), reason.Value, Number(reason.Value)))]));
        yield return new("problems", "Problems", Problems(report.Results));
        if (report.NearLimit.Count > 0)
        {
            yield return new("near", "Near the time limit", NearLimit(report.NearLimit));
        }

        SelfTestResult test = report.SelfTest;
        yield return new(
            "test", "The set's test of itself",
            $"<p>{Number(test.ReferencesPassed)} of {Number(test.References)} {References(report.Set)} pass, "
            + $"{Number(test.TrivialPassed)} of {Number(test.Trivial)} empty or constant answers, {Number(test.CheatsPassed)} of "
            + $"{Number(test.Cheats)} cheats.</p>");
        if (report.Generation is { } generation)
        {
            yield return new("generation", "How the samples were written", Settings(generation));
        }
    }

    private static string Tiles(EvaluationReport report)
    {
        var html = new StringBuilder("<div class=\"tiles\">");
        foreach (Score score in report.Scores)
        {
            Tile($"{Percent(score.Mean)} %", $"pass@{score.K}, with 95 % confidence {Interval(score)}");
        }

        Tile(
            Number(report.Results.Count(result => result.Samples.Any(sample => sample.Final.Passed))),
            $"of {Number(report.Problems)} problems have a sample that passes");
        return html.Append("</div>").ToString();

        void Tile(string value, string what) => html.Append($"<div class=\"tile\"><b>{value}</b><span>{what}</span></div>");
    }

    private static string Scores(EvaluationReport report)
    {
        if (report.Scores.Count == 0)
        {
            return $"<p>No score: {Number(report.ProblemsWithoutSamples)} problems have no samples, and pass@k needs k of each.</p>";
        }

        var table = new PageTable("", [.. report.Scores.Select(score => $"pass@{score.K}, %")]);
        table.Row("this model", [.. report.Scores.Select(score => Percent(score.Mean))]);
        table.Row("95 % interval", [.. report.Scores.Select(Interval)]);
        if (report.Set == "humaneval")
        {
            foreach (PublishedScores published in PublishedScores.HumanEval)
            {
                table.Row($"{published.Model} (published)", [.. report.Scores.Select(score => Percent(published.At(score.K) / 100))]);
            }
        }

        return table.ToString();
    }

    private static string Groups(IReadOnlyList<GroupScore> groups)
    {
        var table = new PageTable(
            "", ["problems", "samples", "test average, %", "strict accuracy, %", "do not compile (−2)", "tests with errors (−1)", "tests"]);
        foreach (GroupScore group in groups)
        {
            table.Row(
                group.Group,
                [
                    Number(group.Problems), Number(group.Samples), Percent(group.TestAverage), Percent(group.Strict),
                    Number(group.NotCompiled), Number(group.Failed), Number(group.Tests),
                ]);
        }

        return table.ToString();
    }

    private static string Problems(IReadOnlyList<ProblemResult> results)
    {
        var table = new PageTable("problem", ["samples", "passed", "what became of the others"]);
        foreach (ProblemResult result in results)
        {
            IEnumerable<string> others = result.Samples.Where(sample => !sample.Final.Passed).CountBy(sample => sample.Final.Reason)
                .OrderBy(count => count.Key).Select(count => $"{Name(count.Key)} {Number(count.Value)}");
            table.Row(
                result.Id,
                [
                    Number(result.Samples.Count), Number(result.Samples.Count(sample => sample.Final.Passed)), string.Join(", ", others),
                ]);
        }

        return table.ToString();
    }

    private static string NearLimit(IReadOnlyList<NearLimit> samples)
    {
        var table = new PageTable("problem", ["sample", "seconds", "seconds alone, which count", "verdict"]);
        foreach (NearLimit near in samples)
        {
            table.Row(
                near.Problem, [Number(near.Sample), Seconds(near.FirstCpu), Seconds(near.AloneCpu), Name(near.Reason)]);
        }

        return "<p class=\"dim\">These used between half and twice the limit, so they ran again with nothing beside them.</p>" + table;
    }

    private static string Settings(GenerationSettings settings)
    {
        var table = new PageTable("", ["value"]);
        foreach ((string name, IFormattable value) in new (string, IFormattable)[]
        {
            ("samples of each problem", settings.SamplesPerProblem), ("temperature", settings.Temperature), ("top-p", settings.TopP),
            ("top-k", settings.TopK), ("repetition penalty", settings.RepetitionPenalty), ("new tokens at most", settings.MaxNewTokens),
            ("seed", settings.Seed), ("samples at a time", settings.Batch),
        })
        {
            table.Row(name, [value.ToString(null, CultureInfo.InvariantCulture)]);
        }

        return $"{table}<p class=\"dim\">SHA-256 of the model: <code>{settings.ModelSha256}</code>, of its tokenizer: "
            + $"<code>{settings.TokenizerSha256}</code>, of the set: <code>{settings.DataSha256}</code>.</p>";
    }

    private static string Interval(Score score) => $"{Percent(score.Interval.Low)} to {Percent(score.Interval.High)}";

    private static string Seconds(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
