using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Inspection.Dashboard;
using DataForge.Testing;

namespace DataForge.Inspection.Tests.Dashboard;

/// <summary>Most lines of a log are not parsed; what is known in the end is what all of them say.</summary>
public sealed class RunEventsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Update_stagesThatGoOnTogether_haveTheirLastProgress()
    {
        WrittenRun run = new(_folder.Path, "r");
        RunEvents events = new(run.Run.EventsFolder);
        run.Log(
            "1", new StageStarted("crawl"), new StageStarted("clean"), new StageAdvanced("crawl", "files", 1, 9, 1), Part("clean", "a", true),
            new StageAdvanced("clean", "bytes", 2, 8, 1), new StageAdvanced("crawl", "files", 3, 9, 2), Part("clean", "a", true), Part("clean", "b", false));
        events.Update();
        Assert.Equal([("crawl", 3, 0, 0), ("clean", 2, 2, 1)], Stages(events));
        run.Log("1", new StageAdvanced("clean", "bytes", 4, 8, 2), new StageStarted("crawl"), new StageFinished("clean", 5));
        events.Update();
        Assert.Equal([("crawl", 0, 0, 0), ("clean", 4, 2, 1)], Stages(events));
        Assert.True(events.Stages.Last().IsDone);

        static (string, int, int, int)[] Stages(RunEvents events) =>
            [.. events.Stages.Select(stage => (stage.Stage, (int)(stage.Progress?.Done ?? 0), stage.Parts, stage.Reused))];
    }

    [Fact]
    public void Update_manyBadFiles_keepsTheNumberAndTheLastOnes()
    {
        WrittenRun run = new(_folder.Path, "r");
        RunEvents events = new(run.Run.EventsFolder);
        for (int batch = 0; batch < 3; batch++)
        {
            run.Log("1", [.. Enumerable.Range(batch * 15, 15).Select(i => new FileFault("clean", $"o/r \"{i}\"", "not_text", "x"))]);
            events.Update();
        }

        Assert.Equal(45, events.Faults);
        Assert.Equal(Enumerable.Range(25, 20).Select(i => $"o/r \"{i}\""), events.LastFaults.Select(fault => fault.Where));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(20_000)]
    public void Update_manySteps_keepsEvaluationsTheLastStepAndAFewThousandBefore(int stepsAtOnce)
    {
        const int Steps = 20_000;
        WrittenRun run = new(_folder.Path, "r");
        RunEvents events = new(run.Run.EventsFolder);
        for (int begin = 0; begin < Steps; begin += stepsAtOnce)
        {
            run.Log("1", Between(begin, Math.Min(Steps, begin + stepsAtOnce)));
            events.Update();
            Assert.Equal(Math.Min(Steps, begin + stepsAtOnce), Assert.IsType<TrainingStep>(events.Kept[^1]).Step);
        }

        Assert.Equal(Steps, events.LastStep?.Step);
        Assert.Equal(2, events.Kept.OfType<TrainingEvaluated>().Count());
        Assert.Equal(Enumerable.Range(1, Steps / 4).Select(i => 4L * i), events.Kept.OfType<TrainingStep>().Select(step => step.Step));
    }

    public void Dispose() => _folder.Dispose();

    // Steps, and an evaluation after two of them.
    private static Event[] Between(int begin, int end) =>
    [
        .. Enumerable.Range(begin + 1, end - begin).SelectMany(IEnumerable<Event> (step) => step is 5001 or 10_002
            ? [Step(step), new TrainingEvaluated(step, 2, true)]
            : [Step(step)]),
    ];

    private static TrainingStep Step(int step) => new(step, 20_000, 3, 1000, 1e-3, 1, null, 9);

    private static PartDone Part(string stage, string part, bool reused) => new(stage, part, reused, 1, new CountTable());
}
