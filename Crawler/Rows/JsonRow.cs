using System.Buffers;
using System.Text;
using System.Text.Json;
using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Rows;

/// <summary>Reads rows of JSON Lines (<see href="https://jsonlines.org/"/>): one object per line, fields by configurable names.</summary>
internal sealed class JsonRow(ColumnNames columns) : IRowFormat
{
    private readonly byte[] _repository = Encoding.UTF8.GetBytes(columns.Repository);
    private readonly byte[] _path = Encoding.UTF8.GetBytes(columns.Path);
    private readonly byte[] _content = Encoding.UTF8.GetBytes(columns.Content);
    private readonly byte[] _license = Encoding.UTF8.GetBytes(columns.License);
    private readonly byte[] _stars = Encoding.UTF8.GetBytes(columns.Stars);
    private readonly byte[] _forks = Encoding.UTF8.GetBytes(columns.Forks);
    private readonly byte[] _isFork = Encoding.UTF8.GetBytes(columns.IsFork);
    private readonly byte[] _createdAt = Encoding.UTF8.GetBytes(columns.CreatedAt);
    private readonly byte[] _commit = Encoding.UTF8.GetBytes(columns.Commit);

    /// <summary>Reads all fields of a row but its content, and checks that the line is one JSON object.</summary>
    /// <exception cref="FormatException">The line is not JSON, or a field is missing or of the wrong type.</exception>
    public Row Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return ParseObject(line);
        }
        catch (JsonException e)
        {
            throw new FormatException($"the line is no whole JSON object (at its byte {e.BytePositionInLine})", e);
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException("a field is of the wrong type, or no Unicode text", e);
        }
    }

    /// <inheritdoc/>
    public (string Path, long Size) Describe(ReadOnlySpan<byte> record)
    {
        var reader = new Utf8JsonReader(record);
        Seek(ref reader, _path);
        return (PathText.FromText(reader.GetString()!), -1);
    }

    /// <inheritdoc/>
    public int DescriptionBytes => int.MaxValue;

    /// <inheritdoc/>
    public ReadFile Content(ReadOnlySpan<byte> record, int max)
    {
        var reader = new Utf8JsonReader(record);
        Seek(ref reader, _content);
        if (reader.TokenType == JsonTokenType.Null)
        {
            return ReadFile.Faulty(RuleNames.Unreadable, Row.NullContent);
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, reader.ValueSpan.Length));
        try
        {
            // Unescaped text is never longer than its escaped form, so the buffer is large enough.
            int length = reader.CopyString(buffer);
            if (length < max)
            {
                return new ReadFile(buffer, length, length);
            }

            ArrayPool<byte>.Shared.Return(buffer);
            return ReadFile.Faulty(RuleNames.Size, $"{length} bytes", length);
        }
        catch (InvalidOperationException)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            return ReadFile.Faulty(RuleNames.Unreadable, "the content is not Unicode text (a lone surrogate)");
        }
    }

    private Row ParseObject(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        Row row = default;
        bool hasContent = false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("the line is no JSON object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ref Row target = ref row;
            if (reader.ValueTextEquals(_content))
            {
                reader.Read();
                target.IsContentNull = reader.TokenType == JsonTokenType.Null;
                hasContent = reader.TokenType is JsonTokenType.String or JsonTokenType.Null;
            }
            else if (reader.ValueTextEquals(_repository))
            {
                target.Repository = Text(ref reader);
            }
            else if (reader.ValueTextEquals(_path))
            {
                target.Path = Text(ref reader);
            }
            else if (reader.ValueTextEquals(_license))
            {
                (target.License, target.Licenses) = TextOrList(ref reader);
            }
            else if (reader.ValueTextEquals(_stars))
            {
                target.Stars = Number(ref reader);
            }
            else if (reader.ValueTextEquals(_forks))
            {
                target.Forks = Number(ref reader);
            }
            else if (reader.ValueTextEquals(_isFork))
            {
                reader.Read();
                target.IsFork = reader.TokenType == JsonTokenType.Null ? null : reader.GetBoolean();
            }
            else if (reader.ValueTextEquals(_createdAt))
            {
                target.CreatedAt = Row.Time(Text(ref reader));
            }
            else if (reader.ValueTextEquals(_commit))
            {
                target.Commit = Text(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        // One more read throws if text follows the object or the object does not end.
        reader.Read();
        return !hasContent ? throw new FormatException($"it has no text in '{columns.Content}'")
            : RowRepository.Fault(row) is { } fault ? throw new FormatException(fault)
            : row;
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString();
    }

    // A text, or a list of texts without its null elements.
    private static (string? Text, string[]? List) TextOrList(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return (reader.GetString(), null);
        }

        List<string> texts = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.GetString() is { } text)
            {
                texts.Add(text);
            }
        }

        return (null, [.. texts]);
    }

    // A whole number, also when written as 12.0; null if the field is null.
    private static int? Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null
            : reader.TryGetInt32(out int whole) ? whole
            : WholeNumbers.Whole(reader.GetDouble());
    }

    // Moves to the value of a field that Parse has seen. If a field occurs twice, the last one counts, as in Parse.
    private static void Seek(ref Utf8JsonReader reader, ReadOnlySpan<byte> field)
    {
        Utf8JsonReader found = default;
        bool hasFound = false;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isField = reader.ValueTextEquals(field);
            reader.Read();
            if (isField)
            {
                found = reader;
                hasFound = true;
            }

            reader.Skip();
        }

        reader = hasFound ? found : throw new JsonException("a field that was there is gone");
    }
}
