using System.Text.Json;

namespace DataForge.ModelServer;

/// <summary>Reads the fields of a request's body; one of another type is refused with its name.</summary>
internal readonly struct JsonFields(JsonElement body)
{
    /// <summary>A number within a range.</summary>
    public double Number(string name, double otherwise, double least, double most)
    {
        if (Find(name) is not { } value)
        {
            return otherwise;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= least && number <= most
            ? number
            : throw ApiException.Invalid($"'{name}' takes a number from {least} to {most}.", name);
    }

    /// <summary>A whole number within a range.</summary>
    public long? Whole(string name, long least, long most)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= least && number <= most
            ? number
            : throw ApiException.Invalid($"'{name}' takes a whole number from {least} to {most}.", name);
    }

    /// <summary>True or false; false if it is absent.</summary>
    public bool Flag(string name) => Find(name) switch
    {
        null or { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.True } => true,
        _ => throw ApiException.Invalid($"'{name}' takes true or false.", name),
    };

    /// <summary>A text; null if it is absent.</summary>
    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => TextOf(text, name),
        _ => throw ApiException.Invalid($"'{name}' takes a string.", name),
    };

    /// <summary>One text or a list of them; empty if it is absent.</summary>
    public IReadOnlyList<string> Texts(string name) => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.String } text => [TextOf(text, name)],
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            [.. list.EnumerateArray().Select(item => TextOf(item, name))],
        _ => throw ApiException.Invalid($"'{name}' takes a string or a list of strings.", name),
    };

    /// <summary>A field that is neither absent nor null.</summary>
    public JsonElement? Find(string name) =>
        body.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>Refuses a field that this server has no use for, unless it has the value that changes nothing.</summary>
    public void RequireUnused(string name, Func<JsonElement, bool> changesNothing)
    {
        if (Find(name) is { } value && !changesNothing(value))
        {
            throw ApiException.Invalid($"'{name}' is not supported by this server; leave it out.", name, "unsupported_parameter");
        }
    }

    /// <summary>The text of a JSON string.</summary>
    public static string TextOf(JsonElement value, string name)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw ApiException.Invalid($"'{name}' contains half of a surrogate pair, which is not a character.", name);
        }
    }
}
