using System.Globalization;
using System.Text;

namespace DataForge.Cleaner.Text;

/// <summary>One of CPython's text encodings.</summary>
/// <param name="kind">How it is decoded: <c>utf8</c>, <c>utf7</c>, <c>table</c>, <c>page</c> or <c>none</c>.</param>
/// <param name="data">The table or the code page.</param>
internal sealed class PythonCodec(string kind, string data)
{
    private const int NoCharacter = -1;

    // The code pages of encodings that have characters for private use in CPython too.
    private static readonly int[] PagesWithPrivateUse = [932, 54936];

    private readonly Lazy<int[]> _table = new(() => ReadTable(data));
    private readonly Lazy<Encoding> _page = new(() => Encoding.GetEncoding(
        PageNumber(data), EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback));

    /// <summary>Whether it is UTF-8.</summary>
    public bool IsUtf8 => kind == "utf8";

    /// <summary>Whether a source of ASCII bytes alone decodes to itself: not where escape sequences switch the alphabet.</summary>
    public bool KeepsAscii => kind is "utf8" or "table" || (kind == "page" && PageNumber(data) is not (50220 or 50225 or 52936));

    /// <summary>Decodes a source; null if its bytes are not valid in this encoding.</summary>
    /// <param name="source">The bytes.</param>
    public string? Decode(ReadOnlySpan<byte> source) => kind switch
    {
        "table" => DecodeByTable(source),
        "page" => DecodeByPage(source),
        "utf7" => Utf7.Decode(source),
        _ => null,
    };

    private string? DecodeByTable(ReadOnlySpan<byte> source)
    {
        var text = new StringBuilder(source.Length);
        int[] table = _table.Value;
        foreach (byte b in source)
        {
            int character = b < 0x80 ? b : b - 0x80 < table.Length ? table[b - 0x80] : NoCharacter;
            if (character == NoCharacter)
            {
                return null;
            }

            text.Append((char)character);
        }

        return text.ToString();
    }

    private string? DecodeByPage(ReadOnlySpan<byte> source)
    {
        string text;
        try
        {
            text = _page.Value.GetString(source);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }

        // .NET gives characters for private use where CPython knows none, and keeps escape sequences that it does not know.
        bool hasEscape = !KeepsAscii && text.Contains('\e');
        if (hasEscape || (!PagesWithPrivateUse.Contains(PageNumber(data)) && text.AsSpan().IndexOfAnyInRange('\ue000', '\uf8ff') >= 0))
        {
            return null;
        }

        foreach (string pair in data.Split(' ').Skip(1))
        {
            text = text.Replace((char)Hex(pair.AsSpan(0, 4)), (char)Hex(pair.AsSpan(4, 4)));
        }

        return text;
    }

    private static int PageNumber(string data) => int.Parse(data.Split(' ')[0], CultureInfo.InvariantCulture);

    private static int[] ReadTable(string data) =>
        [.. Enumerable.Range(0, data.Length / 4).Select(i => data[4 * i] == '-' ? NoCharacter : Hex(data.AsSpan(4 * i, 4)))];

    private static int Hex(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
