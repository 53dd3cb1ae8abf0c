using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace DataForge.Crawler.Sources;

/// <summary>Paths as <see cref="Corpus.Occurrence.Path"/> writes them: a text from which the bytes can be restored.</summary>
public static class PathText
{
    /// <summary>The longest path, in bytes of UTF-8: PATH_MAX of Linux (<c>linux/limits.h</c>).</summary>
    public const int MaxBytes = 4096;

    /// <summary>
    /// A path's bytes as text: bytes that are not UTF-8 become %XX, and so do NUL and a '%' before two hexadecimal digits; different
    /// paths therefore give different texts.
    /// </summary>
    public static string FromBytes(ReadOnlySpan<byte> path)
    {
        if (!path.ContainsAny((byte)0, (byte)'%') && Utf8.IsValid(path))
        {
            return Encoding.UTF8.GetString(path);
        }

        var text = new StringBuilder(path.Length);
        for (int i = 0; i < path.Length;)
        {
            OperationStatus status = Rune.DecodeFromUtf8(path[i..], out Rune rune, out int consumed);
            if (status != OperationStatus.Done || rune.Value == 0 || (rune.Value == '%' && IsEscape(path[i..])))
            {
                for (int k = 0; k < consumed; k++)
                {
                    text.Append(CultureInfo.InvariantCulture, $"%{path[i + k]:X2}");
                }
            }
            else
            {
                text.Append(rune.ToString());
            }

            i += consumed;
        }

        return text.ToString();
    }

    /// <summary>A path that is given as text, escaped in the same way.</summary>
    public static string FromText(string path) => FromBytes(Encoding.UTF8.GetBytes(path));

    /// <summary>Why a path is not valid in a repository; null if it is.</summary>
    public static string? Fault(string path)
    {
        if (path.Length == 0)
        {
            return "the path is empty";
        }

        if (path[0] == '/')
        {
            return "the path is absolute";
        }

        if (Encoding.UTF8.GetByteCount(path) > MaxBytes)
        {
            return $"the path is longer than {MaxBytes} bytes";
        }

        foreach (Range part in path.AsSpan().Split('/'))
        {
            if (path.AsSpan(part) is "" or "." or "..")
            {
                return "a part of the path is empty, '.' or '..'";
            }
        }

        return path.Contains("%00", StringComparison.Ordinal) ? "the path holds NUL" : null;
    }

    /// <summary>
    /// An invalid path, cut to a quarter of the longest (in UTF-16 units, which have at most three bytes) so that it can be stored.
    /// </summary>
    public static string Shortened(string path)
    {
        int length = Math.Min(path.Length, MaxBytes / 4);
        length -= length < path.Length && char.IsHighSurrogate(path[length - 1]) ? 1 : 0;
        return path[..length];
    }

    /// <summary>Compares paths in the order of raw parts: by their UTF-8 bytes, which is the order of code points.</summary>
    public static int Compare(string left, string right)
    {
        int common = left.AsSpan().CommonPrefixLength(right);
        return common == left.Length || common == right.Length
            ? left.Length.CompareTo(right.Length)
            : ByCodePoint(left[common]).CompareTo(ByCodePoint(right[common]));
    }

    // In UTF-16, surrogates (D800-DFFF, code points above FFFF) come before E000-FFFF; in the order of code points they come after.
    private static int ByCodePoint(char c) => c >= 0xE000 ? c - 0x800 : c >= 0xD800 ? c + 0x2000 : c;

    private static bool IsEscape(ReadOnlySpan<byte> rest) =>
        rest.Length >= 3 && char.IsAsciiHexDigit((char)rest[1]) && char.IsAsciiHexDigit((char)rest[2]);
}
