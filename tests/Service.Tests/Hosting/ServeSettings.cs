namespace DataForge.Service.Tests.Hosting;

/// <summary>What the schedule of a <see cref="ServeProcess"/> does.</summary>
internal sealed record ServeSettings
{
    public required string Cron { get; init; }

    public string Until { get; init; } = "clean";

    /// <summary>The run's name.</summary>
    public string Run { get; init; } = "often";

    public int StopSeconds { get; init; } = 20;

    /// <summary>What it crawls; by default a folder with a small package, which <see cref="ServeProcess.AddFile"/> enlarges.</summary>
    public IReadOnlyList<string>? Sources { get; init; }

    /// <summary>The workspace; by default one of its own.</summary>
    public string? Workspace { get; init; }

    /// <summary>The database that several instances share.</summary>
    public string? Database { get; init; }

    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>More in the service's environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
