using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataForge.Corpus.Counts;

/// <summary>One count.</summary>
/// <param name="Name">What is counted.</param>
/// <param name="Value">How many.</param>
public readonly record struct Count(CountName Name, long Value);

/// <summary>
/// Counts by name, in ordinal order of their names; serialized as one JSON object. Not safe for writing from several threads.
/// </summary>
[JsonConverter(typeof(CountTableConverter))]
public sealed class CountTable
{
    private readonly SortedDictionary<string, long> _values = new(StringComparer.Ordinal);

    /// <summary>An empty table.</summary>
    public CountTable()
    {
    }

    /// <summary>A copy.</summary>
    public CountTable(CountTable other) => _values = new SortedDictionary<string, long>(other._values, StringComparer.Ordinal);

    internal CountTable(IEnumerable<KeyValuePair<string, long>> values) =>
        _values = new SortedDictionary<string, long>(values.ToDictionary(), StringComparer.Ordinal);

    /// <summary>A count; reading one that is not there gives 0.</summary>
    public long this[CountName name]
    {
        get => _values.GetValueOrDefault(name.Name);
        set => _values[name.Name] = value;
    }

    /// <summary>The counts, in ordinal order of their names.</summary>
    public IEnumerable<Count> Items => _values.Select(value => new Count(new CountName(value.Key), value.Value));

    /// <summary>How many counts there are.</summary>
    public int Length => _values.Count;

    /// <summary>Reads a table from a JSON object of numbers.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static CountTable FromJson(string json) => JsonSerializer.Deserialize<CountTable>(json) ?? new CountTable();

    /// <summary>The table as a JSON object on one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>Whether a count is there, be it 0.</summary>
    public bool Contains(CountName name) => _values.ContainsKey(name.Name);

    /// <summary>Adds to a count.</summary>
    public void Add(CountName name, long value) => _values[name.Name] = _values.GetValueOrDefault(name.Name) + value;

    /// <summary>Adds all counts of another table.</summary>
    public void Add(CountTable other)
    {
        foreach ((string name, long value) in other._values)
        {
            _values[name] = _values.GetValueOrDefault(name) + value;
        }
    }

    /// <summary>Removes a count.</summary>
    public void Remove(CountName name) => _values.Remove(name.Name);

    /// <summary>The counts of a family, in ordinal order of their names.</summary>
    public IEnumerable<(string Member, long Value)> Of(CountFamily family) => _values
        .Where(value => value.Key.StartsWith(family.Prefix, StringComparison.Ordinal))
        .Select(value => (value.Key[family.Prefix.Length..], value.Value));

    /// <summary>The sum over a family.</summary>
    public long Sum(CountFamily family) => Of(family).Sum(count => count.Value);
}

/// <summary>Writes a table as a JSON object of numbers, in ordinal order of the names.</summary>
internal sealed class CountTableConverter : JsonConverter<CountTable>
{
    public override CountTable Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("counts are an object of numbers");
        }

        var table = new CountTable();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = new CountName(reader.GetString()!);
            reader.Read();
            table[name] = reader.GetInt64();
        }

        return table;
    }

    public override void Write(Utf8JsonWriter writer, CountTable value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (Count count in value.Items)
        {
            writer.WriteNumber(count.Name.Name, count.Value);
        }

        writer.WriteEndObject();
    }
}
