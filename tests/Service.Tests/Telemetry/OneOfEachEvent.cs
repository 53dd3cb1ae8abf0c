using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;

namespace DataForge.Service.Tests.Telemetry;

/// <summary>A run with one event of each kind that a metric is made from.</summary>
internal static class OneOfEachEvent
{
    /// <summary>A repository that events name and telemetry must not.</summary>
    public const string Repository = "owner/name";

    public static void WriteTo(IEventSink sink)
    {
        var counts = new CountTable();
        counts[CountName.ContentsIn] = 3;
        counts[CountName.ContentsOut] = 2;
        counts[CountName.BytesIn] = 900;
        foreach (Count count in CountTable.FromJson("""{"dropped.too_long":1}""").Items)
        {
            counts[count.Name] = count.Value;
        }

        Event[] events =
        [
            new RunStarted("nightly", "/w", "0", ["clean"]), new StageStarted("clean"), new StageAdvanced("clean", "bytes", 5, 10, 1),
            new PartDone("clean", "part-00000", false, 1, counts), new PartDone("clean", "part-00001", true, 0, counts),
            new ApiBudget("core", 4000, 5000, DateTimeOffset.UnixEpoch), new FileFault("clean", Repository + " a.py", "not_text", $"not the text of {Repository}"), Note.Warning($"{Repository} is slow"),
            new StageFinished("clean", 2),
            new TrainingStep(1, 10, 3.5, 1000, 1e-3, 1, null, 9), new TrainingSkipped(2, "spike", 9, 9), new TrainingEvaluated(2, 3.4, true),
            new RunFinished("nightly", "done", $"{Repository} was the last", 3),
        ];
        foreach (Event each in events)
        {
            sink.Write(each with { Time = DateTimeOffset.UnixEpoch.AddDays(1) });
        }
    }
}
