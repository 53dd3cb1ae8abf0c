using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataForge.Corpus.Events;

/// <summary>Sees each event as it is written: the terminal, a test.</summary>
public interface IEventSink
{
    /// <summary>Takes an event. Called under the log's lock, in order; must be quick.</summary>
    void Write(Event happened);
}

/// <summary>
/// The log of one process: typed events, one JSON object a line, whole lines only. Everything that the program shows comes from here.
/// Safe from several threads.
/// </summary>
public sealed class EventLog : IDisposable
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Lock _lock = new();
    private readonly FileStream? _file;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<IEventSink> _sinks;

    /// <param name="folder">Where the log's file goes; null keeps no file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="sinks">Who sees the events as they are written.</param>
    public EventLog(string? folder, TimeProvider time, params IReadOnlyList<IEventSink> sinks)
    {
        (_time, _sinks) = (time, sinks);
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            string name = $"{time.GetUtcNow():yyyyMMdd'T'HHmmss'.'fff'Z'}-{Environment.ProcessId}.jsonl";
            _file = new FileStream(Path.Combine(folder, name), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
    }

    /// <summary>Writes an event, with the time.</summary>
    public void Write(Event happened)
    {
        Event timed = happened with { Time = _time.GetUtcNow() };
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(timed, Format), (byte)'\n'];
        lock (_lock)
        {
            _file?.Write(line);
            foreach (IEventSink sink in _sinks)
            {
                sink.Write(timed);
            }
        }
    }

    /// <summary>
    /// Reads all events in a folder of logs, by file name and line. A last line that a killed process left unfinished is passed over.
    /// </summary>
    public static IEnumerable<Event> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        string[] files = Directory.GetFiles(folder, "*.jsonl");
        Array.Sort(files, StringComparer.Ordinal);
        foreach (string file in files)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                if (TryParse(line) is { } happened)
                {
                    yield return happened;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private static Event? TryParse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Event>(line, Format);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
