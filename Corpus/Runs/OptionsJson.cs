using System.Buffers;
using System.Collections;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DataForge.Corpus.Runs;

/// <summary>
/// Writes options as JSON: every property in declared order, and the options of an <see cref="IOptionTable"/> in the table's place.
/// A serializer would write the same bytes, but takes a fifth of a second of each command to prepare for all the types of values.
/// </summary>
public static class OptionsJson
{
    // As the binder of a configuration reads them; what is not set is null.
    private static readonly Format AsConfig = new(default, Names: null, Enums: null, IsHashed: false);

    // As CanonicalJson writes a value, without what cannot change a row.
    private static readonly Format AsHashed = new(
        CanonicalJson.Options.Encoder, CanonicalJson.Options.PropertyNamingPolicy, JsonNamingPolicy.KebabCaseLower, IsHashed: true);

    /// <summary>All options, as a run's <c>config.json</c> has them.</summary>
    public static byte[] Config(object options) => [.. Write(options, AsConfig).WrittenSpan, (byte)'\n'];

    /// <summary>The options that decide rows: those that are set and have no <see cref="NotHashedAttribute"/>.</summary>
    internal static ReadOnlyMemory<byte> Hashed(object options) => Write(options, AsHashed).WrittenMemory;

    private static ArrayBufferWriter<byte> Write(object options, Format format)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = format.Encoder }))
        {
            WriteObject(json, options, format);
        }

        return buffer;
    }

    private static void WriteObject(Utf8JsonWriter json, object section, Format format)
    {
        json.WriteStartObject();
        foreach (PropertyInfo property in section.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            if (format.IsHashed && property.IsDefined(typeof(NotHashedAttribute)))
            {
                continue;
            }

            object? value = property.GetValue(section);
            if (value is IOptionTable table)
            {
                foreach (SectionOption option in table.Options)
                {
                    WriteProperty(json, option.Name, table[option.Name], format);
                }
            }
            else
            {
                WriteProperty(json, property.Name, value, format);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteProperty(Utf8JsonWriter json, string name, object? value, Format format)
    {
        if (value is not null || !format.IsHashed)
        {
            json.WritePropertyName(format.Names?.ConvertName(name) ?? name);
            WriteValue(json, value, format);
        }
    }

    private static void WriteValue(Utf8JsonWriter json, object? value, Format format)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case Enum choice:
                WriteEnum(json, choice.ToString(), format.Enums);
                break;
            case IFormattable:
                throw new NotSupportedException($"An option cannot be of type {value.GetType()}.");
            case IEnumerable list:
                json.WriteStartArray();
                foreach (object? entry in list)
                {
                    WriteValue(json, entry, format);
                }

                json.WriteEndArray();
                break;
            default:
                WriteObject(json, value, format);
                break;
        }
    }

    // Several flags are several names, separated by commas. A value without a name is a number.
    private static void WriteEnum(Utf8JsonWriter json, string value, JsonNamingPolicy? names)
    {
        if (!char.IsLetter(value[0]))
        {
            json.WriteRawValue(value);
        }
        else
        {
            json.WriteStringValue(names is null ? value : string.Join(", ", value.Split(", ").Select(names.ConvertName)));
        }
    }

    private sealed record Format(JavaScriptEncoder? Encoder, JsonNamingPolicy? Names, JsonNamingPolicy? Enums, bool IsHashed);
}
