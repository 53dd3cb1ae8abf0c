using System.Buffers.Text;

namespace DataForge.Corpus.Events;

/// <summary>
/// A line of an event log, before it is parsed. To look at one or two of its fields takes a fraction of the time of parsing it, which
/// counts where a log has a million lines.
/// </summary>
/// <param name="bytes">The line, without its end.</param>
public readonly ref struct EventLine(ReadOnlySpan<byte> bytes)
{
    /// <summary>The line, without its end.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    private static ReadOnlySpan<byte> Head => "{\"type\":\""u8;

    /// <summary>Whether it is an event of this type, and whole.</summary>
    /// <param name="type">The type as the log has it, such as <c>part.done</c>.</param>
    public bool Is(ReadOnlySpan<byte> type) =>
        Bytes.StartsWith(Head) && Bytes[Head.Length..].StartsWith(type) && Bytes[(Head.Length + type.Length)..].StartsWith("\""u8)
        && Bytes.EndsWith("}"u8);

    /// <summary>A text; empty where the event has none of that name, or one with characters that are escaped.</summary>
    /// <param name="name">The field with its quotes and colon, such as <c>"stage":</c>.</param>
    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> value = Value(name);
        if (!value.StartsWith("\""u8))
        {
            return default;
        }

        ReadOnlySpan<byte> text = value[1..];
        int end = text.IndexOfAny((byte)'"', (byte)'\\');
        return end >= 0 && text[end] == '"' ? text[..end] : default;
    }

    /// <summary>A whole number; null where the event has none of that name.</summary>
    /// <param name="name">The field with its quotes and colon, such as <c>"step":</c>.</param>
    public long? Number(ReadOnlySpan<byte> name) => Utf8Parser.TryParse(Value(name), out long number, out _) ? number : null;

    /// <summary>What is true or false; null where the event has no such thing of that name.</summary>
    /// <param name="name">The field with its quotes and colon, such as <c>"reused":</c>.</param>
    public bool? Truth(ReadOnlySpan<byte> name) => Utf8Parser.TryParse(Value(name), out bool truth, out _) ? truth : null;

    /// <summary>The event; null if the line is none.</summary>
    public Event? Parse() => EventLog.Parse(Bytes);

    // What follows the name. Within a text, a quote is escaped, so that only a field's name can be found.
    private ReadOnlySpan<byte> Value(ReadOnlySpan<byte> name)
    {
        int at = Bytes.IndexOf(name);
        return at < 0 ? default : Bytes[(at + name.Length)..];
    }
}
