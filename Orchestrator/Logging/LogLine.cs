using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace DataForge.Orchestrator.Logging;

/// <summary>One log message with all that is written of it.</summary>
/// <param name="Time">When it was logged, in UTC.</param>
/// <param name="Level">Its level.</param>
/// <param name="Category">The full name of the type that logged it.</param>
/// <param name="Id">The event's number and name.</param>
/// <param name="Message">The message.</param>
/// <param name="Scope">Run, stage and part.</param>
/// <param name="Exception">The exception, or null.</param>
internal sealed record LogLine(
    DateTimeOffset Time, LogLevel Level, string Category, EventId Id, string Message, LogScope Scope, Exception? Exception)
{
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A JSON object on one line; fields without a value are omitted.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Format))
        {
            json.WriteStartObject();
            json.WriteString("time", Time);
            json.WriteString("level", LevelName);
            json.WriteString("category", Category);
            json.WriteNumber("eventId", Id.Id);
            Write(json, "event", Id.Name);
            json.WriteString("message", Message);
            Write(json, "run", Scope.Run);
            Write(json, "stage", Scope.Stage);
            Write(json, "part", Scope.Part);
            Write(json, "exception", Exception?.ToString());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Time, level, run, stage and part, message; an exception follows on lines of its own, indented.</summary>
    public string ToText()
    {
        string scope = string.Join(' ', new[] { Scope.Run, Scope.Stage, Scope.Part }.OfType<string>());
        string time = Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        string first = $"{time} {LevelName,-11} {(scope.Length > 0 ? $"[{scope}] " : "")}{Message.ReplaceLineEndings(" ")}";
        return Exception is null ? first : $"{first}\n    {Exception.ToString().ReplaceLineEndings("\n    ")}";
    }

    private string LevelName => Level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "information",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
