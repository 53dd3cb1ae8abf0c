using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataForge.Corpus.Runs;

namespace DataForge.Corpus.Events;

/// <summary>
/// The event log of one process: typed events, one JSON object per line, complete lines only. Progress, report and statistics are made
/// from these events. Thread-safe.
/// </summary>
public sealed class EventLog : IDisposable
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = CorpusJson.Default,
    };

    private readonly Lock _lock = new();
    private readonly FileStream? _file;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<IEventSink> _sinks;

    // Whether a fault, such as a full disk, may have cut off the last line.
    private bool _isCutOff;

    /// <summary>Opens a log, and its file <c>&lt;time&gt;-&lt;process id&gt;.jsonl</c>.</summary>
    /// <param name="folder">The folder of the log's file; null writes no file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="sinks">Receive each event as it is written.</param>
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

    /// <summary>Writes an event with the current time to the file, then to each sink.</summary>
    public void Write(Event newEvent)
    {
        Event timed = newEvent with { Time = _time.GetUtcNow() };
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(timed, Format), (byte)'\n'];
        lock (_lock)
        {
            WriteLine(line);
            foreach (IEventSink sink in _sinks)
            {
                sink.Write(timed);
            }
        }
    }

    /// <summary>
    /// Reads all events in a folder of logs, in the order of file names and lines. An incomplete last line, written by a process that was
    /// killed, is skipped.
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
                if (Parse(Encoding.UTF8.GetBytes(line)) is { } parsed)
                {
                    yield return parsed;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    // A line that was cut off ends before the next one begins, which would be lost with it otherwise.
    private void WriteLine(byte[] line)
    {
        bool wasCutOff = _isCutOff;
        _isCutOff = true;
        _file?.Write(wasCutOff ? [(byte)'\n', .. line] : line);
        _isCutOff = false;
    }

    /// <summary>The event of a line; null if it is none.</summary>
    internal static Event? Parse(ReadOnlySpan<byte> line)
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
