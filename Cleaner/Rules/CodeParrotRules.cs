using DataForge.Cleaner.Licenses;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules;

/// <summary>The first lines of a text, as recipes that "scan five lines" see them.</summary>
internal static class FirstLines
{
    public const int Count = 5;

    /// <summary>The text's first five lines.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> text)
    {
        int at = 0;
        for (int line = 0; line < Count; line++)
        {
            int length = text[at..].IndexOf((byte)'\n');
            if (length < 0)
            {
                return text;
            }

            at += length + 1;
        }

        return text[..at];
    }

    /// <summary>The first of these phrases (in lower case) that stands there, in any case; null where none does.</summary>
    public static string? Find(ReadOnlySpan<byte> text, (string Name, byte[] Bytes)[] phrases)
    {
        ReadOnlySpan<byte> first = Of(text);
        foreach ((string name, byte[] bytes) in phrases)
        {
            if (CopyrightLine.IndexOfIgnoreCase(first, bytes) >= 0)
            {
                return name;
            }
        }

        return null;
    }

    public static (string, byte[])[] Phrases(params string[] phrases) => [.. phrases.Select(phrase => (phrase, System.Text.Encoding.ASCII.GetBytes(phrase)))];
}

/// <summary>The first five lines say that the file is generated.</summary>
internal sealed class GeneratedRule(params string[] markers) : ContentRule
{
    public const string Name = "generated";

    private readonly (string, byte[])[] _markers = FirstLines.Phrases(markers);

    public override AppliedRule Applied => new(Name, "no marker in the", "first 5 lines");

    public override Finding? Judge(JudgedText text) => FirstLines.Find(text.Text, _markers) is { } marker ? new Finding(Name, marker, "first 5 lines") : null;
}

/// <summary>
/// CodeParrot: a configuration or test file leaves with probability p. It is one if its first five lines say so, or if "config" or "test"
/// stands in it more often than on 5 % of its lines, and at least twice: in a file of under 20 lines 5 % is none, and one "test" would do.
/// </summary>
internal sealed class ConfigOrTestRule(double probability) : ContentRule
{
    public const string Name = "config_or_test";
    private const ulong Salt = 1;
    private const double Share = 0.05;
    private static readonly (string, byte[])[] Markers = FirstLines.Phrases("unit tests", "test file", "configuration file");

    public override AppliedRule Applied => new(Name, "leaves with probability", Finding.Number(probability));

    public override Finding? Judge(JudgedText text)
    {
        double chance = Chance(text.Id, Salt);
        if (chance >= probability)
        {
            return null;
        }

        string? marker = FirstLines.Find(text.Text, Markers);
        if (marker is null)
        {
            int threshold = Math.Max(1, (int)(Share * text.Text.Count((byte)'\n')));
            marker = ByteCount.IsOver(text.Text, "config"u8, threshold) ? "config" : ByteCount.IsOver(text.Text, "test"u8, threshold) ? "test" : null;
        }

        return marker is null ? null : new Finding(Name, marker, Finding.Number(probability));
    }
}

/// <summary>CodeParrot: a file with none of "def ", "class ", "for ", "while " leaves with probability p.</summary>
internal sealed class NoKeywordsRule(double probability) : ContentRule
{
    public const string Name = "no_keywords";
    private const ulong Salt = 2;

    public override AppliedRule Applied => new(Name, "leaves with probability", Finding.Number(probability));

    public override Finding? Judge(JudgedText text) =>
        Chance(text.Id, Salt) < probability
        && CopyrightLine.IndexOfIgnoreCase(text.Text, "def "u8) < 0
        && CopyrightLine.IndexOfIgnoreCase(text.Text, "class "u8) < 0
        && CopyrightLine.IndexOfIgnoreCase(text.Text, "for "u8) < 0
        && CopyrightLine.IndexOfIgnoreCase(text.Text, "while "u8) < 0
            ? new Finding(Name, "none", Finding.Number(probability))
            : null;
}

/// <summary>CodeParrot: a file with few "=" leaves.</summary>
internal sealed class FewAssignmentsRule(int threshold) : ContentRule
{
    public const string Name = "few_assignments";

    public override AppliedRule Applied => new(Name, "at least", Finding.Number(threshold));

    public override string Measure(JudgedText text) => Finding.Number(text.Text.Count((byte)'='));

    public override Finding? Judge(JudgedText text)
    {
        int count = text.Text.Count((byte)'=');
        return count < threshold ? Finding.Of(Name, count, threshold) : null;
    }
}

/// <summary>
/// CodeParrot and SantaCoder: too few characters a token. Tokens are estimated, as the tokenizer is trained on what passes here: one for
/// each begun 6 letters of a word, each begun 3 digits of a number, each other character that is no single space, and each run of white space.
/// </summary>
internal sealed class CharactersPerTokenRule(double threshold) : ContentRule
{
    public const string Name = "characters_per_token";

    public override AppliedRule Applied => new(Name, "at least", Finding.Number(threshold));

    public override string Measure(JudgedText text) => Finding.Number(RatioOf(text));

    public override Finding? Judge(JudgedText text) => RatioOf(text) is var ratio && ratio < threshold ? Finding.Of(Name, ratio, threshold) : null;

    private double RatioOf(JudgedText text)
    {
        ReadOnlySpan<byte> bytes = text.Text;
        long tokens = 0;
        for (int at = 0; at < bytes.Length;)
        {
            int start = at;
            byte b = bytes[at];
            if (IsLetter(b))
            {
                while (at < bytes.Length && IsLetter(bytes[at]))
                {
                    at++;
                }

                tokens += (at - start + 5) / 6;
            }
            else if (b is >= (byte)'0' and <= (byte)'9')
            {
                while (at < bytes.Length && bytes[at] is >= (byte)'0' and <= (byte)'9')
                {
                    at++;
                }

                tokens += (at - start + 2) / 3;
            }
            else if (b is (byte)' ' or (byte)'\n' or (byte)'\t')
            {
                while (at < bytes.Length && bytes[at] is (byte)' ' or (byte)'\n' or (byte)'\t')
                {
                    at++;
                }

                // A single space goes with the word behind it.
                tokens += at - start == 1 && b == ' ' ? 0 : 1;
            }
            else
            {
                at++;
                tokens++;
            }
        }

        return tokens == 0 ? threshold : (double)text.Statistics.Characters / tokens;
    }

    private static bool IsLetter(byte b) => (byte)((b | 0x20) - 'a') < 26 || b == '_';
}

/// <summary>Counts words in bytes.</summary>
internal static class ByteCount
{
    /// <summary>Whether a word (in lower case) stands in a text more often than so many times, in any case, places not overlapping.</summary>
    public static bool IsOver(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower, int threshold)
    {
        int count = 0;
        while (CopyrightLine.IndexOfIgnoreCase(text, lower) is >= 0 and int at)
        {
            if (++count > threshold)
            {
                return true;
            }

            text = text[(at + lower.Length)..];
        }

        return false;
    }
}
