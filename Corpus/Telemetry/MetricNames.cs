namespace DataForge.Corpus.Telemetry;

/// <summary>All metrics, in the order of the documentation. No tag ever holds anything of a repository.</summary>
public static class MetricNames
{
    /// <summary>The name of the one meter, and of the source of spans.</summary>
    public const string Meter = "DataForge";

    private static readonly List<DeclaredMetric> Declared = [];

    /// <summary>Runs that ended.</summary>
    public static readonly DeclaredMetric RunsEnded =
        Counter("dataforge.runs.ended", "{run}", "runs that ended", "status");

    /// <summary>How long stages took.</summary>
    public static readonly DeclaredMetric StageDuration =
        Declare("dataforge.stage.duration", MetricKind.Histogram, "s", "how long each successful stage took", "stage");

    /// <summary>Work done by stages.</summary>
    public static readonly DeclaredMetric StageWork =
        Counter("dataforge.stage.work", "{unit}", "work done, in the stage's units of progress", "stage", "unit");

    /// <summary>How far a stage is.</summary>
    public static readonly DeclaredMetric StageDone =
        Gauge("dataforge.stage.done", "1", "the share of the stage's work that is done", "stage");

    /// <summary>Parts that are complete.</summary>
    public static readonly DeclaredMetric Parts =
        Counter("dataforge.parts", "{part}", "complete parts; reused is true for a part that was complete before", "stage", "reused");

    /// <summary>Contents that were read.</summary>
    public static readonly DeclaredMetric ContentsIn =
        Counter("dataforge.contents.in", "{content}", "distinct contents read by parts that were computed", "stage");

    /// <summary>Contents that were passed on.</summary>
    public static readonly DeclaredMetric ContentsOut =
        Counter("dataforge.contents.out", "{content}", "distinct contents passed on by parts that were computed", "stage");

    /// <summary>Bytes that were read.</summary>
    public static readonly DeclaredMetric BytesIn =
        Counter("dataforge.contents.in.size", "By", "their source bytes", "stage");

    /// <summary>Occurrences that were dropped.</summary>
    public static readonly DeclaredMetric Dropped =
        Counter("dataforge.occurrences.dropped", "{occurrence}", "occurrences dropped by parts that were computed", "stage", "rule");

    /// <summary>Bad files.</summary>
    public static readonly DeclaredMetric FileFaults =
        Counter("dataforge.file.faults", "{file}", "bad files and lines, by rule", "stage", "rule");

    /// <summary>Requests left.</summary>
    public static readonly DeclaredMetric ApiLeft = Gauge(
        "dataforge.api.left", "{request}", "requests that are left in the present window of the forge's limit, of all users", "resource");

    /// <summary>Requests of a window.</summary>
    public static readonly DeclaredMetric ApiLimit =
        Gauge("dataforge.api.limit", "{request}", "requests of a whole window of the forge's limit, of all users", "resource");

    /// <summary>Training loss.</summary>
    public static readonly DeclaredMetric TrainingLoss =
        Gauge("dataforge.training.loss", "{nat}", "the training loss of the last step, in nats per token");

    /// <summary>Validation loss.</summary>
    public static readonly DeclaredMetric ValidationLoss =
        Gauge("dataforge.training.validation_loss", "{nat}", "the loss on held-out documents, in nats per token");

    /// <summary>Tokens per second.</summary>
    public static readonly DeclaredMetric TokensPerSecond =
        Gauge("dataforge.training.speed", "{token}", "tokens trained on per second, at the last step");

    /// <summary>Learning rate.</summary>
    public static readonly DeclaredMetric LearningRate =
        Gauge("dataforge.training.learning_rate", "{rate}", "the learning rate of the last step");

    /// <summary>Training step.</summary>
    public static readonly DeclaredMetric TrainingStep =
        Gauge("dataforge.training.step", "{step}", "the number of the last step");

    /// <summary>Steps left out.</summary>
    public static readonly DeclaredMetric StepsSkipped =
        Counter("dataforge.training.skipped", "{step}", "steps without an update: loss or gradient were not a number, or a spike");

    /// <summary>Due times by state.</summary>
    public static readonly DeclaredMetric DueTimes = Gauge(
        "dataforge.schedule.due_times", "{time}", "due times of the schedule that are in the history",
        "schedule", "state");

    /// <summary>When a schedule last succeeded.</summary>
    public static readonly DeclaredMetric LastCompleted =
        Gauge("dataforge.schedule.last_completed", "s", "when the schedule's last complete run ended, in seconds since 1970", "schedule");

    /// <summary>When a schedule is due next.</summary>
    public static readonly DeclaredMetric NextDue =
        Gauge("dataforge.schedule.next_due", "s", "when the schedule is due next, in seconds since 1970", "schedule");

    /// <summary>Whether the last run failed.</summary>
    public static readonly DeclaredMetric LastFailed = Gauge(
        "dataforge.schedule.last_failed", "{run}", "1 if the schedule's last ended run failed and is not repeated, else 0", "schedule");

    /// <summary>Runs going on.</summary>
    public static readonly DeclaredMetric RunsActive =
        Gauge("dataforge.service.runs", "{run}", "active runs in this instance");

    /// <summary>Free disk space.</summary>
    public static readonly DeclaredMetric DiskFree =
        Gauge("dataforge.disk.free", "By", "free bytes of the disk that the schedule's workspace is on", "schedule");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<DeclaredMetric> All => Declared;

    private static DeclaredMetric Counter(string name, string unit, string meaning, params string[] tags) =>
        Declare(name, MetricKind.Counter, unit, meaning, tags);

    private static DeclaredMetric Gauge(string name, string unit, string meaning, params string[] tags) =>
        Declare(name, MetricKind.Gauge, unit, meaning, tags);

    private static DeclaredMetric Declare(string name, MetricKind kind, string unit, string meaning, params string[] tags)
    {
        var metric = new DeclaredMetric(name, kind, unit, meaning, tags);
        Declared.Add(metric);
        return metric;
    }
}
