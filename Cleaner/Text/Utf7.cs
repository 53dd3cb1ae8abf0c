using System.Buffers;
using System.Text;

namespace DataForge.Cleaner.Text;

/// <summary>UTF-7 (RFC 2152): ASCII, where runs of other characters stand as <c>+base64-</c> of their UTF-16.</summary>
internal static class Utf7
{
    private const string Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// <summary>Decodes bytes; null if they are not valid.</summary>
    /// <param name="source">The bytes.</param>
    public static string? Decode(ReadOnlySpan<byte> source)
    {
        var text = new StringBuilder(source.Length);
        for (int at = 0; at < source.Length;)
        {
            byte b = source[at++];
            if (b >= 0x80)
            {
                return null;
            }

            if (b != '+')
            {
                text.Append((char)b);
                continue;
            }

            int start = at;
            int length = source[at..].IndexOfAnyExcept(Alphabet);
            at += length < 0 ? source.Length - at : length;
            if (!AppendRun(text, source[start..at], isPlus: at < source.Length && source[at] == '-' && at == start))
            {
                return null;
            }

            at += at < source.Length && source[at] == '-' ? 1 : 0;
        }

        return text.ToString();
    }

    private static readonly SearchValues<byte> Alphabet = SearchValues.Create(Encoding.ASCII.GetBytes(Digits));

    // Whole characters of 16 bits; what is left over must be fewer than six bits, all of them zero.
    private static bool AppendRun(StringBuilder text, ReadOnlySpan<byte> run, bool isPlus)
    {
        if (run.IsEmpty)
        {
            text.Append(isPlus ? "+" : "");
            return isPlus;
        }

        int bits = 0;
        int count = 0;
        foreach (byte digit in run)
        {
            bits = (bits << 6) | Digits.IndexOf((char)digit);
            count += 6;
            if (count >= 16)
            {
                count -= 16;
                text.Append((char)(bits >> count));
                bits &= (1 << count) - 1;
            }
        }

        return count < 6 && bits == 0;
    }
}
