using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace DataForge.Corpus.Runs;

/// <summary>The JSON format of manifests, inputs and options: indented, camel case, fields in declared order.</summary>
public static class CanonicalJson
{
    /// <summary>The serializer's settings. For types of this project the compiler writes the code.</summary>
    public static JsonSerializerOptions Options { get; } = With(CorpusJson.Default);

    /// <summary>The same settings for types of another project.</summary>
    /// <param name="types">What the compiler wrote for them; for all other types the serializer looks at the type while it runs.</param>
    public static JsonSerializerOptions With(JsonSerializerContext types) => new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        TypeInfoResolver = JsonTypeInfoResolver.Combine(types, new DefaultJsonTypeInfoResolver()),
    };

    /// <summary>The value as UTF-8 JSON, ending in a newline.</summary>
    /// <param name="value">The value.</param>
    /// <param name="options">Settings of <see cref="With"/>; null for <see cref="Options"/>.</param>
    public static byte[] Write<T>(T value, JsonSerializerOptions? options = null) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(value, options ?? Options), (byte)'\n'];

    /// <summary>
    /// Writes the same bytes to a stream, without holding them all in memory: a crawl's input may name a million repositories.
    /// </summary>
    public static void Write<T>(Stream stream, T value)
    {
        JsonSerializer.Serialize(stream, value, Options);
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Writes the same bytes to a file, atomically; returns their number.</summary>
    public static long WriteFile<T>(string path, T value)
    {
        long length;
        using (var stream = new FileStream(AtomicFile.TemporaryName(path), FileMode.Create, FileAccess.Write))
        {
            Write(stream, value);
            length = stream.Position;
        }

        AtomicFile.Commit(path);
        return length;
    }

    /// <summary>Reads a value from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Settings of <see cref="With"/>; null for <see cref="Options"/>.</param>
    /// <exception cref="DataForgeException">The file is not this kind of JSON.</exception>
    public static T Read<T>(string path, JsonSerializerOptions? options = null)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), options ?? Options)
                ?? throw new JsonException("null where an object is expected");
        }
        catch (JsonException e)
        {
            throw new DataForgeException($"{path} cannot be read ({e.Message}); remove it and run the same command again.", inner: e);
        }
    }
}

/// <summary>
/// Marks an option that is not part of the options hash: it changes no row, or what it names is hashed or recorded in another way.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NotHashedAttribute : Attribute;
