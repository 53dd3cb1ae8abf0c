using System.Text;

namespace DataForge.Cleaner.Text;

/// <summary>The encoding that a Python source declares (PEP 263, https://peps.python.org/pep-0263/).</summary>
internal static class EncodingCookie
{
    // No name of a codec has more than 20 characters; a longer one is noise that would fill the row.
    private const int MaxName = 40;

    // Python's names and aliases (https://docs.python.org/3/library/codecs.html#standard-encodings) that .NET knows by another name.
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["latin-1"] = "iso-8859-1", ["latin1"] = "iso-8859-1", ["latin"] = "iso-8859-1", ["l1"] = "iso-8859-1",
        ["iso8859-1"] = "iso-8859-1", ["iso-latin-1"] = "iso-8859-1", ["iso-latin-1-unix"] = "iso-8859-1", ["8859"] = "iso-8859-1",
        ["cp819"] = "iso-8859-1", ["iso8859-15"] = "iso-8859-15", ["latin-9"] = "iso-8859-15", ["iso8859-2"] = "iso-8859-2",
        ["latin2"] = "iso-8859-2", ["latin-2"] = "iso-8859-2", ["iso8859-5"] = "iso-8859-5", ["iso8859-7"] = "iso-8859-7",
        ["iso8859-9"] = "iso-8859-9", ["cp1250"] = "windows-1250", ["cp1251"] = "windows-1251", ["cp1252"] = "windows-1252",
        ["cp1253"] = "windows-1253", ["cp1254"] = "windows-1254", ["cp1255"] = "windows-1255", ["cp1256"] = "windows-1256",
        ["cp1257"] = "windows-1257", ["cp1258"] = "windows-1258", ["tis-620"] = "windows-874", ["cp874"] = "windows-874",
        ["johab"] = "johab", ["hz"] = "hz-gb-2312", ["win1251"] = "windows-1251", ["cp437"] = "ibm437", ["cp850"] = "ibm850",
        ["cp866"] = "cp866", ["koi8-r"] = "koi8-r", ["koi8-u"] = "koi8-u", ["gbk"] = "gbk", ["cp936"] = "gbk", ["gb2312"] = "gb2312",
        ["euc-cn"] = "gb2312", ["gb18030"] = "gb18030", ["big5"] = "big5", ["cp950"] = "big5", ["shift-jis"] = "shift_jis",
        ["sjis"] = "shift_jis", ["cp932"] = "shift_jis", ["ms932"] = "shift_jis", ["shiftjis"] = "shift_jis", ["euc-jp"] = "euc-jp",
        ["eucjp"] = "euc-jp", ["ujis"] = "euc-jp", ["iso-2022-jp"] = "iso-2022-jp", ["euc-kr"] = "euc-kr", ["euckr"] = "euc-kr",
        ["cp949"] = "ks_c_5601-1987", ["uhc"] = "ks_c_5601-1987", ["utf-16-le"] = "utf-16", ["utf-16-be"] = "utf-16BE",
        ["utf-16"] = "utf-16", ["mac-roman"] = "macintosh", ["macroman"] = "macintosh", ["ascii"] = "us-ascii", ["us-ascii"] = "us-ascii",
        ["646"] = "us-ascii",
    };

    static EncodingCookie() => System.Text.Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>The name that the first two lines declare; null where they declare none.</summary>
    public static string? Find(ReadOnlySpan<byte> source)
    {
        (int start, int end) = NameIn(source);
        return end > start ? System.Text.Encoding.ASCII.GetString(source[start..end]) : null;
    }

    /// <summary>The range of the declared name in the source; empty where there is none.</summary>
    public static (int Start, int End) NameIn(ReadOnlySpan<byte> source)
    {
        int at = 0;
        for (int line = 0; line < 2 && at < source.Length; line++)
        {
            int length = source[at..].IndexOfAny((byte)'\n', (byte)'\r');
            int end = length < 0 ? source.Length : at + length;
            ReadOnlySpan<byte> rest = source[at..end].TrimStart(" \t\f"u8);
            if (!rest.IsEmpty && rest[0] != '#')
            {
                break;
            }

            if (FindName(source, end - rest.Length, end) is { } found)
            {
                return found;
            }

            at = end + (source[end..].StartsWith("\r\n"u8) ? 2 : 1);
        }

        return (0, 0);
    }

    /// <summary>Whether the name is one of Python's for UTF-8.</summary>
    public static bool IsUtf8(string name) =>
        Normalize(name) is "utf-8" or "utf8" or "utf-8-sig" or "u8" or "utf"
        || Normalize(name).StartsWith("utf-8-", StringComparison.Ordinal);

    /// <summary>The encoding of this name, which throws on bytes that are not valid in it; null where the name is not known.</summary>
    public static Encoding? ToEncoding(string name)
    {
        string folded = Normalize(name);
        if (!Aliases.TryGetValue(folded, out string? known))
        {
            known = folded.StartsWith("iso8859-", StringComparison.Ordinal) ? "iso-" + folded[3..] : folded;
            if (!known.StartsWith("iso-8859-", StringComparison.Ordinal) && !known.StartsWith("windows-", StringComparison.Ordinal))
            {
                return null;
            }
        }

        try
        {
            return System.Text.Encoding.GetEncoding(known, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException)
        {
            // A name such as iso-8859-99, which no code page has.
            return null;
        }
    }

    /// <summary>The name in lower case, '_' as '-'.</summary>
    public static string Normalize(string name) => name.ToLowerInvariant().Replace('_', '-');

    /// <summary>The name, shortened to a length that fits a row.</summary>
    public static string Printable(string name) => name.Length > MaxName ? name[..MaxName] + "…" : name;

    // ^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)
    private static (int Start, int End)? FindName(ReadOnlySpan<byte> source, int at, int end)
    {
        while (at < end)
        {
            int next = source[at..end].IndexOf("coding"u8);
            if (next < 0)
            {
                return null;
            }

            at += next + 6;
            if (at < end && source[at] is (byte)':' or (byte)'=')
            {
                int start = at + 1;
                while (start < end && source[start] is (byte)' ' or (byte)'\t')
                {
                    start++;
                }

                int stop = start;
                while (stop < end && (char.IsAsciiLetterOrDigit((char)source[stop]) || source[stop] is (byte)'-' or (byte)'_' or (byte)'.'))
                {
                    stop++;
                }

                if (stop > start)
                {
                    return (start, stop);
                }
            }
        }

        return null;
    }
}
