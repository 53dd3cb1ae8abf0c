using System.Text.Json;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Reporting;
using DataForge.Inspection.Settings;
using DataForge.Pretrain;
using DataForge.Testing;

namespace DataForge.Inspection.Tests.Reporting;

public sealed class TrainingCurveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Run _run;

    public TrainingCurveTests() => _run = Run.Open(Workspace.Open(_folder["w"]), "r");

    [Fact]
    public void Of_stagesLoggedByOneProcess_areCurvesInTheirOrder()
    {
        Stages("nl", "multi", "mono");
        IReadOnlyList<TrainingCurve> curves = Curves(
            Begin(), Step(1, 9), Step(2, 8), Evaluated(2, 8.5), Done("stage-nl"),
            Step(1, 7), Evaluated(1, 7.5), Done("stage-multi"),
            Step(1, 6));
        Assert.Equal(["nl", "multi", "mono"], curves.Select(curve => curve.Name));
        Assert.Equal([9.0, 8.0], curves[0].Steps.Select(step => step.Loss));
        Assert.Equal([8.5], curves[0].Evaluations.Select(evaluated => evaluated.Loss));
        Assert.Equal([7.0], curves[1].Steps.Select(step => step.Loss));
        Assert.Equal([7.5], curves[1].Evaluations.Select(evaluated => evaluated.Loss));
        Assert.Equal([6.0], curves[2].Steps.Select(step => step.Loss));
        Assert.Equal(4, curves[2].Planned);
    }

    [Fact]
    public void Of_processKilledInTheSecondStage_goesOnInThatStage()
    {
        Stages("nl", "mono");
        IReadOnlyList<TrainingCurve> curves = Curves(
            Begin(), Step(1, 9), Done("stage-nl"), Step(1, 7), Step(2, 6), Step(3, 5), Evaluated(3, 5.5),
            Begin(), Done("stage-nl", reused: true), Step(2, 6.5));
        Assert.Equal([9.0], curves[0].Steps.Select(step => step.Loss));

        // It resumed from the checkpoint of step 1: what was logged of steps 2 and 3 is not of this model.
        Assert.Equal([7.0, 6.5], curves[1].Steps.Select(step => step.Loss));
        Assert.Empty(curves[1].Evaluations);
    }

    [Fact]
    public void Of_trainingStartedAgain_showsTheNewOneAlone()
    {
        IReadOnlyList<TrainingCurve> curves = Curves(Begin(), Step(1, 9), Step(2, 8), Step(3, 7), Done("model"), Begin(), Step(1, 5));
        TrainingCurve curve = Assert.Single(curves);
        Assert.Equal("", curve.Name);
        Assert.Equal([5.0], curve.Steps.Select(step => step.Loss));
    }

    [Fact]
    public void Of_entryWithoutHeldOutTokens_hasNoValidationLoss()
    {
        Commit("model", ("steps", 3), ("parameters", 7), ("loss.validation.micronats", 0), ("tokens.validated", 0));
        TrainingCurve curve = Assert.Single(Curves());
        Assert.True(curve.IsDone);
        Assert.Null(curve.ValidationLoss);
        Assert.Equal(7, curve.Parameters);
        Assert.Contains("No tokens were held out", ReportPage.Write(ReportData.Of(_run)), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_bitsPerByte_areShownBesideGzips()
    {
        Commit("model", ("steps", 3), ("heldout.files", 4), ("heldout.bytes", 1000), ("heldout.bytes.gzip", 300), ("heldout.bits", 1500));
        Assert.Equal(new BitsPerByte(4, 1000, 1500, 300), Assert.Single(Curves()).HeldOut);
        Assert.Contains(
            "4 held-out files, each separately: 1.500 bits per byte under the model, 2.400 under gzip", ReportPage.Write(ReportData.Of(_run)), StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_trainedTwice_areThoseOfTheLastTraining()
    {
        SampleWritten old = new("a", "1"), cut = new("b", "2"), whole = new("b", "3"), last = new("c", "4");
        Assert.Equal([whole, last], Samples.Of([Step(1, 9), old, Step(1, 9), cut, whole, last]));
        Assert.Empty(Samples.Of([]));
    }

    [Fact]
    public void Write_stages_showsAChartForEachAndTheTable()
    {
        Stages("nl", "<mono>");
        Commit(
            "stage-nl", ("stage-nl.tokens.validated", 5), ("stage-nl.loss.validation.micronats", 1_500_000),
            ("stage-nl.unigram_entropy.micronats", 2_500_000));
        Log(Begin(), Step(1, 3), Step(2, 2), Evaluated(2, 1.5), Done("stage-nl"), Step(1, 1.25));
        string page = ReportPage.Write(ReportData.Of(_run));
        Assert.Equal(2, page.Split("<polyline class=\"train\"").Length - 1);
        Assert.Single(page.Split("<polyline class=\"validation\"")[1..]);
        Assert.Contains("<h3>2. &lt;mono&gt;</h3><figcaption>step 1 of 4: running or interrupted", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"n\">1.500</td><td class=\"n\">2.500</td>", page, StringComparison.Ordinal);
        Assert.Contains("Running or interrupted: pretrain.", page, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static StageStarted Begin() => new("pretrain");

    private static TrainingStep Step(long step, double loss) => new(step, 4, loss, 100, 1e-3, 1, null, 1);

    private static TrainingEvaluated Evaluated(long step, double loss) => new(step, loss, true);

    private static PartDone Done(string part, bool reused = false) => new("pretrain", part, reused, 1, new CountTable());

    private void Stages(params string[] names)
    {
        var options = new DataForgeOptions();
        options.Pretrain.Stages = [.. names.Select(name => new StagedOptions { Name = name })];
        RunOptions.Save(_run, options);
    }

    private void Commit(string part, params (string Name, long Value)[] counts) => _run.Manifest.Commit(new ManifestEntry
    {
        Stage = "pretrain",
        Part = part,
        InputHash = StageHash.Of(""),
        OptionsHash = StageHash.Of(""),
        Counts = CountTable.FromJson(JsonSerializer.Serialize(counts.ToDictionary(count => count.Name, count => count.Value))),
    });

    private IReadOnlyList<TrainingCurve> Curves(params Event[] events) => TrainingCurve.Of(_run, events);

    private void Log(params Event[] events)
    {
        using var log = new EventLog(_run.EventsFolder, TimeProvider.System);
        foreach (Event entry in events)
        {
            log.Write(entry);
        }
    }
}
