using System.Text.Json;
using DataForge.Corpus.Runs;
using DataForge.Evaluation.Scoring;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.Evaluating;

/// <summary>A model is fine-tuned on problems in APPS's layout, writes samples of them, and is scored.</summary>
public sealed class EvaluateTests(FineTunedModel model) : IClassFixture<FineTunedModel>
{
    private const double Tolerance = 1e-12;

    [Fact]
    public async Task Evaluate_ofAFineTunedModel_givesAccuracyByDifficultyAndTheCodesOfApps()
    {
        SkipWithoutSandbox();
        string output = await DataForgeProcess.SucceedAsync(Arguments("whole", 1));
        string codes = await File.ReadAllTextAsync(Path.Combine(model.Out("whole"), EvaluationFiles.Codes), TestContext.Current.CancellationToken);
        Assert.Equal(
            """{"0":[[true,true,true]],"1":[[true,false]],"2":[[true,true]],"3":[[true,-1]],"4":[[-2]],"5":[[true,-1]]}""",
            string.Concat(codes.Where(c => !char.IsWhiteSpace(c))));
        EvaluationReport report = Report("whole");
        Assert.Equal(["competition", "interview", "introductory", "all"], report.Groups.Select(group => group.Group));
        Assert.Equal([0.25, 0.75, 0.75, 3.5 / 6], report.Groups.Select(group => group.TestAverage), (a, b) => Math.Abs(a - b) < Tolerance);
        Assert.Equal([0, 0.5, 0.5, 2 / 6.0], report.Groups.Select(group => group.Strict), (a, b) => Math.Abs(a - b) < Tolerance);
        Assert.Contains("competition: 2 problems, test average 25.00 %, strict accuracy 0.00 %; of 2 samples 1 do not compile (-2)", output, StringComparison.Ordinal);
        string page = await File.ReadAllTextAsync(Path.Combine(model.Out("whole"), EvaluationFiles.Page), TestContext.Current.CancellationToken);
        Assert.Contains("Accuracy by difficulty", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluate_killedAgainAndAgain_endsWithTheSameFigures()
    {
        SkipWithoutSandbox();
        await DataForgeProcess.SucceedAsync(Arguments("unstopped", 2));
        int kills = 0;
        foreach (string file in new[] { EvaluationFiles.Settings, EvaluationFiles.Samples, EvaluationFiles.Log })
        {
            using DataForgeProcess process = DataForgeProcess.Start(Arguments("killed", 2));
            while (!process.HasExited && !HasContent("killed", file))
            {
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }

            kills += await process.KillAfterAsync(TimeSpan.FromMilliseconds(20)) ? 1 : 0;
        }

        Assert.True(kills > 0, "every run ended before it was killed");
        await DataForgeProcess.SucceedAsync(Arguments("killed", 2));
        Assert.Equal(Bytes("unstopped", EvaluationFiles.Samples), Bytes("killed", EvaluationFiles.Samples));
        Assert.Equal(Figures("unstopped"), Figures("killed"));
        Assert.Equal(Bytes("unstopped", EvaluationFiles.Codes), Bytes("killed", EvaluationFiles.Codes));
    }

    private static void SkipWithoutSandbox() => Assert.SkipUnless(File.Exists("/usr/bin/bwrap"), "bubblewrap is not installed");

    private string[] Arguments(string folder, int samples) =>
    [
        "evaluate", "--set", "apps", "--data", model.Data, "--model", model.Export, "--out", model.Out(folder), "--cpu-limit", "0.5", "--workers", "2",
        "--samples-per-problem", $"{samples}", "--batch", "2", "--max-new-tokens", "48",
    ];

    private EvaluationReport Report(string folder) => CanonicalJson.Read<EvaluationReport>(Path.Combine(model.Out(folder), EvaluationFiles.Report));

    private byte[] Bytes(string folder, string file) => File.ReadAllBytes(Path.Combine(model.Out(folder), file));

    private bool HasContent(string folder, string file) => new FileInfo(Path.Combine(model.Out(folder), file)) is { Exists: true, Length: > 0 };

    // Everything but the times.
    private string Figures(string folder)
    {
        EvaluationReport report = Report(folder);
        return JsonSerializer.Serialize(new
        {
            report.Scores, report.Groups, report.Reasons, report.SelfTest,
            Samples = report.Results.Select(result => (object)new { result.Id, Verdicts = result.Samples.Select(sample => sample.Parts().Select(part => part.Final.Reason)) }),
        });
    }
}
