namespace DataForge.Service.Settings;

/// <summary>The file of <c>dataforge serve --config</c>. Relative paths are relative to it.</summary>
internal sealed record ServiceOptions
{
    /// <summary>Address and port that the service listens at. Only this machine reaches the default.</summary>
    public string Listen { get; init; } = "127.0.0.1:8710";

    /// <summary>Names by which browsers reach the service, besides the address it listens at and localhost.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>A file that holds the token for starting and stopping runs; without one the service can only be read.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The folder of the service's history, when it is kept in SQLite.</summary>
    public string StateFolder { get; init; } = "service";

    /// <summary>
    /// <c>postgres://user@host/database</c>: the history is kept there, and several instances share the schedules. A run's workspace must
    /// then be a folder that all of them see.
    /// </summary>
    public string? Database { get; init; }

    /// <summary>Runs at a time in this instance.</summary>
    public int ParallelRuns { get; init; } = 1;

    /// <summary>Seconds that a run has to stop after SIGTERM, before it is killed; it can be continued either way.</summary>
    public int StopSeconds { get; init; } = 60;

    /// <summary>Days for which finished runs stay in the history.</summary>
    public int KeepHistoryDays { get; init; } = 365;

    /// <summary>The schedules.</summary>
    public IReadOnlyList<ScheduleOptions> Schedules { get; init; } = [];
}

/// <summary>What happens to times that pass while the service is not running.</summary>
internal enum MissedPolicy
{
    /// <summary>None of them is run.</summary>
    Skip,

    /// <summary>One run stands for all of them.</summary>
    Once,

    /// <summary>Each is run, one after the other.</summary>
    All,
}

/// <summary>What happens to a time that comes while an earlier one of the same schedule is not finished.</summary>
internal enum OverlapPolicy
{
    /// <summary>It is skipped.</summary>
    Skip,

    /// <summary>It is run afterwards.</summary>
    Queue,
}

/// <summary>One schedule: when to build, what, and what to do where that does not work.</summary>
internal sealed record ScheduleOptions
{
    /// <summary>The schedule's name, unique in the file.</summary>
    public string Name { get; init; } = "";

    /// <summary>The times, in crontab's notation.</summary>
    public string Cron { get; init; } = "";

    /// <summary>The time zone of the times, such as <c>Europe/Berlin</c>.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>The folder of the workspace.</summary>
    public string Workspace { get; init; } = "workspace";

    /// <summary>
    /// The run's name. <c>{due}</c> in it stands for the time in UTC, so that each time has a run of its own. Default: the schedule's name,
    /// with <c>-{due}</c> where it trains.
    /// </summary>
    public string Run { get; init; } = "";

    /// <summary>The last stage to run.</summary>
    public string Until { get; init; } = "report";

    /// <summary>What to crawl, as <c>--source</c> takes it.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>A JSON file with options of the build, as <c>--config</c> takes it.</summary>
    public string? Config { get; init; }

    /// <summary>Options of the build, such as <c>"clean.preset": "codeparrot"</c>.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Parts computed at a time; one per core by default.</summary>
    public int? Workers { get; init; }

    /// <summary>What happens to times that pass while the service is not running.</summary>
    public MissedPolicy Missed { get; init; } = MissedPolicy.Once;

    /// <summary>What happens to times that come while an earlier run is not finished.</summary>
    public OverlapPolicy Overlap { get; init; } = OverlapPolicy.Skip;

    /// <summary>How often a run that failed is repeated. One that was interrupted is repeated always.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Seconds between a failure and the next attempt.</summary>
    public int RetryDelaySeconds { get; init; } = 300;

    /// <summary>How many runs of a name with <c>{due}</c> are kept; 0 keeps all.</summary>
    public int KeepRuns { get; init; }

    /// <summary>Gigabytes that must be free on the workspace's disk before a run begins.</summary>
    public double MinimumFreeGigabytes { get; init; } = 1;
}
