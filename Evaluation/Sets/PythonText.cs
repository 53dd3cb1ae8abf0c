using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DataForge.Evaluation.Sets;

/// <summary>JSON values as Python writes them.</summary>
internal static class PythonText
{
    // Python writes floating-point numbers with an exponent outside these powers of ten.
    private const int LeastPower = -4, MostPower = 16;

    /// <summary>What <c>str</c> gives: a text is itself.</summary>
    public static string Str(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : Repr(value);

    /// <summary>What <c>repr</c> gives, which is also the value's literal in a program.</summary>
    public static string Repr(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Quoted(value.GetString()!),
        JsonValueKind.Number => Number(value),
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Repr))}]",
        JsonValueKind.Object =>
            $"{{{string.Join(", ", value.EnumerateObject().Select(field => $"{Quoted(field.Name)}: {Repr(field.Value)}"))}}}",
        _ => "None",
    };

    /// <summary>
    /// A Python string that holds the value's JSON: a JSON string of ASCII characters is a Python string of the same value where it has no
    /// surrogate pair, and JSON's own text has none.
    /// </summary>
    public static string JsonLiteral(JsonElement value) => JsonSerializer.Serialize(JsonSerializer.Serialize(value));

    private static string Number(JsonElement value)
    {
        string text = value.GetRawText();
        return text.AsSpan().ContainsAny('.', 'e', 'E') ? Float(value.GetDouble()) : text;
    }

    // The shortest digits that give the number again; 17 always do.
    private static string Float(double value)
    {
        string text = "";
        for (int digits = 0; digits < 17; digits++)
        {
            text = Math.Abs(value).ToString($"E{digits}", CultureInfo.InvariantCulture);
            if (double.Parse(text, CultureInfo.InvariantCulture) == Math.Abs(value))
            {
                break;
            }
        }

        string sign = double.IsNegative(value) ? "-" : "";
        int at = text.IndexOf('E', StringComparison.Ordinal);
        string number = text[..at].Replace(".", "", StringComparison.Ordinal);
        int power = int.Parse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (power is < LeastPower or >= MostPower)
        {
            string fraction = number.Length > 1 ? "." + number[1..] : "";
            return $"{sign}{number[0]}{fraction}e{(power < 0 ? '-' : '+')}{Math.Abs(power):00}";
        }

        return power < 0
            ? $"{sign}0.{new string('0', -power - 1)}{number}"
            : $"{sign}{number.PadRight(power + 1, '0')[..(power + 1)]}.{(number.Length > power + 1 ? number[(power + 1)..] : "0")}";
    }

    private static string Quoted(string text)
    {
        bool isDouble = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal);
        var quoted = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\'' when !isDouble => "\\'",
                ' ' => " ",
                _ when IsPrinted(rune) => rune.ToString(),
                < 0x100 => $"\\x{rune.Value:x2}",
                < 0x10000 => $"\\u{rune.Value:x4}",
                _ => $"\\U{rune.Value:x8}",
            });
        }

        return isDouble ? $"\"{quoted}\"" : $"'{quoted}'";
    }

    private static bool IsPrinted(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
