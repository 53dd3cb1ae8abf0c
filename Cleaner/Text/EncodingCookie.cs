namespace DataForge.Cleaner.Text;

/// <summary>The encoding that a Python source declares (PEP 263, https://peps.python.org/pep-0263/).</summary>
internal static class EncodingCookie
{
    // No name of a codec has more than 20 characters; a longer one is noise that would fill the row.
    private const int MaxName = 40;

    /// <summary>The name that the first two lines declare; null if they declare none.</summary>
    public static string? Find(ReadOnlySpan<byte> source)
    {
        (int start, int end) = NameIn(source);
        return end > start ? System.Text.Encoding.ASCII.GetString(source[start..end]) : null;
    }

    /// <summary>The range of the declared name in the source; empty if there is none.</summary>
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
    public static bool IsUtf8(string name) => PythonCodecs.Find(name) is { IsUtf8: true };

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
