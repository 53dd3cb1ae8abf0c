using System.Text.Json.Serialization;
using DataForge.Corpus.Counts;

namespace DataForge.Corpus.Events;

/// <summary>Something that happened in a run. One JSON object a line in <c>events/&lt;process&gt;.jsonl</c>, with its time.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RunStarted), "run.started")]
[JsonDerivedType(typeof(RunFinished), "run.finished")]
[JsonDerivedType(typeof(StageStarted), "stage.started")]
[JsonDerivedType(typeof(StageAdvanced), "stage.advanced")]
[JsonDerivedType(typeof(StageFinished), "stage.finished")]
[JsonDerivedType(typeof(PartDone), "part.done")]
[JsonDerivedType(typeof(FileFault), "file.fault")]
[JsonDerivedType(typeof(Note), "note")]
[JsonDerivedType(typeof(TrainingStep), "training.step")]
[JsonDerivedType(typeof(TrainingSkipped), "training.skipped")]
[JsonDerivedType(typeof(TrainingEvaluated), "training.evaluated")]
[JsonDerivedType(typeof(SampleWritten), "sample.written")]
public abstract record Event
{
    /// <summary>When it was written, ISO 8601 in UTC; set by the log.</summary>
    [JsonPropertyOrder(-1)]
    public DateTimeOffset Time { get; init; }
}

/// <summary>A process began to work on a run.</summary>
public sealed record RunStarted(string Run, string Workspace, string Version, IReadOnlyList<string> Stages) : Event;

/// <summary>A process stopped working on a run. Status is <c>done</c>, <c>stopped</c> (by the user) or <c>failed</c>.</summary>
public sealed record RunFinished(string Run, string Status, string? Reason, double Seconds) : Event;

/// <summary>A stage began.</summary>
public sealed record StageStarted(string Stage) : Event;

/// <summary>A stage got further. Total is 0 where it is unknown.</summary>
public sealed record StageAdvanced(string Stage, string Unit, long Done, long Total, double Seconds) : Event;

/// <summary>A stage ended well.</summary>
public sealed record StageFinished(string Stage, double Seconds) : Event;

/// <summary>A part is whole: computed now, or found as it was.</summary>
public sealed record PartDone(string Stage, string Part, bool Reused, double Seconds, CountTable Counts) : Event;

/// <summary>A file, or a line of a source, was bad. The run goes on; a row in <c>dropped/</c> accounts for it.</summary>
public sealed record FileFault(string Stage, string Where, string Rule, string Detail) : Event;

/// <summary>A line for people. Level is <c>information</c> or <c>warning</c>.</summary>
public sealed record Note(string Level, string Text) : Event
{
    /// <summary>Something good to know.</summary>
    public static Note Information(string text) => new("information", text);

    /// <summary>Something that may need a look.</summary>
    public static Note Warning(string text) => new("warning", text);
}

/// <summary>
/// A training step. Loss in nats a token; rates a second; mfu is the share of the stated peak, null where no peak is known; memory is the
/// process's resident bytes.
/// </summary>
public sealed record TrainingStep(
    long Step, long Steps, double Loss, double TokensPerSecond, double LearningRate, double GradientNorm, double? Mfu, double SecondsLeft,
    long? MemoryBytes = null) : Event;

/// <summary>A training step whose loss or gradient was no number, or a spike: its update was left out.</summary>
public sealed record TrainingSkipped(long Step, string Reason, double Loss, double GradientNorm) : Event;

/// <summary>The loss on held-out documents, in nats a token.</summary>
public sealed record TrainingEvaluated(long Step, double Loss, bool Best) : Event;

/// <summary>A completion by the trained model.</summary>
public sealed record SampleWritten(string Prompt, string Completion) : Event;
