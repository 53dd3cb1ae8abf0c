using System.Text.Json;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Tests.Dashboard;

/// <summary>A run whose manifests and events a test writes, without a build.</summary>
internal sealed class WrittenRun(string workspaceFolder, string name)
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The run.</summary>
    public Run Run { get; } = Run.Open(Workspace.Open(workspaceFolder), name);

    /// <summary>Appends events to a log.</summary>
    public void Log(string log, params Event[] events)
    {
        Directory.CreateDirectory(Run.EventsFolder);
        string lines = string.Concat(events.Select((entry, i) =>
            JsonSerializer.Serialize(entry with { Time = DateTimeOffset.UnixEpoch.AddSeconds(i) }, Format) + "\n"));
        File.AppendAllText(Path.Combine(Run.EventsFolder, log + ".jsonl"), lines);
    }

    /// <summary>Makes a log look as if it was last written to long ago.</summary>
    public void Age(string log) => File.SetLastWriteTimeUtc(Path.Combine(Run.EventsFolder, log + ".jsonl"), DateTime.UtcNow.AddDays(-1));

    /// <summary>Commits a part with counts.</summary>
    public void Commit(string stage, string part, params (CountName Name, long Value)[] counts)
    {
        var table = new CountTable();
        foreach ((CountName count, long value) in counts)
        {
            table[count] = value;
        }

        Run.Manifest.Commit(new ManifestEntry { Stage = stage, Part = part, InputHash = "", OptionsHash = "", Counts = table });
    }
}
