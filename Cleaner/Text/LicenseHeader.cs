using DataForge.Cleaner.Rules;

namespace DataForge.Cleaner.Text;

/// <summary>The comments at the beginning of a source file: if it states its licence, it does so there.</summary>
internal static class LicenseHeader
{
    /// <summary>Whether licence comments at the beginning of a file are left out of the text that ships.</summary>
    public static readonly PresetSwitch StripLicenseHeader = new(
        nameof(StripLicenseHeader), "Whether licence comments at the beginning of a file are left out of the text that ships.",
        CleanPreset.PyCodeGpt);

    // The longest common licence text in a header, the Apache License 2.0 in full, has 11 KB.
    private const int MaxHeader = 16 << 10;

    // A docstring that states a licence holds a notice, or a text such as BSD's or MIT's, of 2 KB at most; a longer one is a manual.
    private const int MaxDocstring = 6 << 10;

    /// <summary>The part of a decoded source that may state its licence.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> text) => text[..EndOf(text)];

    /// <summary>
    /// Where the header ends: the comment and blank lines, the strings (the module's docstring first), the imports and the assignments to
    /// names such as <c>__license__</c> before the first other statement; at most 16 KB of comments.
    /// </summary>
    public static int EndOf(ReadOnlySpan<byte> text)
    {
        int end = 0;
        int at = 0;
        while (at < Math.Min(text.Length, MaxHeader))
        {
            // Imports belong to the header only where comments follow them.
            int next = EndOfComments(text, at);
            int after = EndOfString(text, next);
            end = after > at && (after > next || text[at..next].ContainsAnyExcept(" \t\f\n\r"u8)) ? after : end;
            if (after == next)
            {
                after = EndOfImport(text, next);
                end = after > next && text[next] == '_' ? after : end;
            }

            if (after == next)
            {
                break;
            }

            at = after;
        }

        return end;
    }

    // Imports and assignments to special names do nothing that a header must end for.
    private static int EndOfImport(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> rest = text[at..];
        if (!rest.StartsWith("from "u8) && !rest.StartsWith("import "u8) && !rest.StartsWith("__"u8))
        {
            return at;
        }

        ReadOnlySpan<byte> line = Line(text, at, out int next);
        return line.EndsWith("("u8) || line.EndsWith("\\"u8) || line.EndsWith("["u8) || line.EndsWith("\"\"\""u8) ? at : next;
    }

    private static int EndOfString(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> rest = text[at..];
        int prefix = rest.StartsWith("r"u8) || rest.StartsWith("R"u8) || rest.StartsWith("u"u8) ? 1 : 0;
        foreach (byte[] quotes in (ReadOnlySpan<byte[]>)[TripleDouble, TripleSingle])
        {
            if (rest[prefix..].StartsWith(quotes))
            {
                int close = rest[(prefix + 3)..].IndexOf(quotes);
                return close >= 0 && close <= MaxDocstring ? at + prefix + 3 + close + 3 : at;
            }
        }

        return at;
    }

    /// <summary>
    /// The comments to strip: of the comment lines before the first statement, from the first to the last block that speaks of the file's
    /// licence or copyright (<see cref="LicenseMention"/>). A block is a run of comment lines without a blank line between them. The
    /// interpreter line (#!), the encoding line, and blocks before the first and after the last such block stay. An empty range where
    /// there is nothing to strip.
    /// </summary>
    public static (int Start, int End) StripRange(ReadOnlySpan<byte> text)
    {
        int end = EndOfComments(text);
        int at = 0;
        (int Start, int End) strip = (0, 0);
        while (at < end)
        {
            int start = at;
            while (at < end && IsComment(text, at, out int next))
            {
                if (at == start && IsKept(text, at, next))
                {
                    start = next;
                }

                at = next;
            }

            if (at > start && LicenseMention.IsIn(text[start..at]))
            {
                strip = strip.End == 0 ? (start, at) : (strip.Start, at);
            }

            while (at < end && !IsComment(text, at, out int next))
            {
                at = next;
            }
        }

        // The blank lines after it are stripped too, or the text would begin with them.
        while (strip.End > 0 && strip.End < text.Length && IsBlank(text, strip.End, out int next))
        {
            strip.End = next;
        }

        return strip;
    }

    private static readonly byte[] TripleDouble = "\"\"\""u8.ToArray();
    private static readonly byte[] TripleSingle = "'''"u8.ToArray();

    private static int EndOfComments(ReadOnlySpan<byte> text, int at = 0)
    {
        while (at < Math.Min(text.Length, MaxHeader) && (IsComment(text, at, out int next) || IsBlank(text, at, out next)))
        {
            at = next;
        }

        return at;
    }

    private static bool IsComment(ReadOnlySpan<byte> text, int at, out int next)
    {
        ReadOnlySpan<byte> line = Line(text, at, out next);
        return line.StartsWith("#"u8);
    }

    private static bool IsBlank(ReadOnlySpan<byte> text, int at, out int next) => Line(text, at, out next).IsEmpty;

    private static bool IsKept(ReadOnlySpan<byte> text, int at, int next) =>
        text[at..].StartsWith("#!"u8) || EncodingCookie.NameIn(text[at..next]).End > 0;

    private static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> text, int at, out int next)
    {
        int length = text[at..].IndexOf((byte)'\n');
        next = length < 0 ? text.Length : at + length + 1;
        return text[at..next].Trim(" \t\f\n"u8);
    }
}
