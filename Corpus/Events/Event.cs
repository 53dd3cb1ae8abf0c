using System.Text.Json.Serialization;
using DataForge.Corpus.Counts;

namespace DataForge.Corpus.Events;

/// <summary>An event of a run: one line of <c>events/&lt;process&gt;.jsonl</c>, a JSON object with its time and type.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RunStarted), "run.started")]
[JsonDerivedType(typeof(RunFinished), "run.finished")]
[JsonDerivedType(typeof(StageStarted), "stage.started")]
[JsonDerivedType(typeof(StageAdvanced), "stage.advanced")]
[JsonDerivedType(typeof(StageFinished), "stage.finished")]
[JsonDerivedType(typeof(PartDone), "part.done")]
[JsonDerivedType(typeof(FileFault), "file.fault")]
[JsonDerivedType(typeof(ApiBudget), "api.budget")]
[JsonDerivedType(typeof(Note), "note")]
[JsonDerivedType(typeof(TrainingStep), "training.step")]
[JsonDerivedType(typeof(TrainingSkipped), "training.skipped")]
[JsonDerivedType(typeof(TrainingEvaluated), "training.evaluated")]
[JsonDerivedType(typeof(SampleWritten), "sample.written")]
public abstract record Event
{
    /// <summary>When it was written, in UTC (ISO 8601 in the file); set by <see cref="EventLog.Write"/>.</summary>
    [JsonPropertyOrder(-1)]
    public DateTimeOffset Time { get; init; }
}

/// <summary>A process started work on a run.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Workspace">The workspace's folder, absolute.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Stages">The stages it will run, in order.</param>
public sealed record RunStarted(string Run, string Workspace, string Version, IReadOnlyList<string> Stages) : Event;

/// <summary>A process stopped working on a run.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Status"><c>done</c>, <c>stopped</c> (by the user) or <c>failed</c>.</param>
/// <param name="Reason">Why it failed; null if it did not fail. For an unexpected fault, with the stack trace.</param>
/// <param name="Seconds">Seconds since the start.</param>
public sealed record RunFinished(string Run, string Status, string? Reason, double Seconds) : Event;

/// <summary>A stage started.</summary>
/// <param name="Stage">The stage.</param>
public sealed record StageStarted(string Stage) : Event;

/// <summary>Progress of a stage, written at most twice a second.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Unit">The unit: <c>bytes</c>, <c>files</c>, <c>parts</c> …</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">All units; 0 if unknown.</param>
/// <param name="Seconds">Seconds since the stage started counting.</param>
public sealed record StageAdvanced(string Stage, string Unit, long Done, long Total, double Seconds) : Event;

/// <summary>A stage succeeded.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Seconds">Seconds since the stage started.</param>
public sealed record StageFinished(string Stage, double Seconds) : Event;

/// <summary>A part is complete.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Part">The part's name.</param>
/// <param name="Reused">Whether it was complete before; false if it was computed now.</param>
/// <param name="Seconds">Seconds of computation; 0 if reused.</param>
/// <param name="Counts">The counts of its manifest entry.</param>
public sealed record PartDone(string Stage, string Part, bool Reused, double Seconds, CountTable Counts) : Event;

/// <summary>A file, or a line of a source, is bad. The run continues; a row in <c>dropped/</c> accounts for the file.</summary>
/// <param name="Stage">The stage that read it.</param>
/// <param name="Where">Repository and path, or source file and line.</param>
/// <param name="Rule">The rule under which it is dropped.</param>
/// <param name="Detail">What is wrong with it.</param>
public sealed record FileFault(string Stage, string Where, string Rule, string Detail) : Event;

/// <summary>What a crawl may still ask of a forge, after one of its answers; written at most every ten seconds for each limit.</summary>
/// <param name="Resource">The limit, as the forge names it: <c>core</c> or <c>search</c>.</param>
/// <param name="Left">Requests left in the present window, of all users together.</param>
/// <param name="Limit">Requests of a whole window, of all users together.</param>
/// <param name="Reset">When the first of the windows ends.</param>
public sealed record ApiBudget(string Resource, long Left, long Limit, DateTimeOffset Reset) : Event;

/// <summary>A message for the user.</summary>
/// <param name="Level"><c>information</c> or <c>warning</c>.</param>
/// <param name="Text">The message.</param>
public sealed record Note(string Level, string Text) : Event
{
    /// <summary>A note for information.</summary>
    public static Note Information(string text) => new("information", text);

    /// <summary>A note about something that may need the user's attention.</summary>
    public static Note Warning(string text) => new("warning", text);
}

/// <summary>A training step.</summary>
/// <param name="Step">The step's number, from 1.</param>
/// <param name="Steps">Steps of the training.</param>
/// <param name="Loss">Training loss in nats per token.</param>
/// <param name="TokensPerSecond">Tokens per second.</param>
/// <param name="LearningRate">The learning rate of this step.</param>
/// <param name="GradientNorm">The gradient's L2 norm before clipping.</param>
/// <param name="Mfu">Model FLOPs utilization, the share of the device's peak; null if no peak is known.</param>
/// <param name="SecondsLeft">Estimated seconds until the last step.</param>
/// <param name="MemoryBytes">The process's resident memory in bytes.</param>
public sealed record TrainingStep(
    long Step, long Steps, double Loss, double TokensPerSecond, double LearningRate, double GradientNorm, double? Mfu, double SecondsLeft,
    long? MemoryBytes = null) : Event;

/// <summary>A training step without an update, because its loss or gradient was not a number, or was a spike.</summary>
/// <param name="Step">The step's number.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Loss">Its loss in nats per token.</param>
/// <param name="GradientNorm">Its gradient's L2 norm.</param>
public sealed record TrainingSkipped(long Step, string Reason, double Loss, double GradientNorm) : Event;

/// <summary>An evaluation on the held-out documents.</summary>
/// <param name="Step">The step after which the evaluation was made.</param>
/// <param name="Loss">Loss in nats per token.</param>
/// <param name="Best">Whether the loss is the lowest so far.</param>
public sealed record TrainingEvaluated(long Step, double Loss, bool Best) : Event;

/// <summary>A completion by the trained model.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Completion">The model's text after the prompt.</param>
public sealed record SampleWritten(string Prompt, string Completion) : Event;
