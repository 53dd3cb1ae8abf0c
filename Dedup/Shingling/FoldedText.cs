namespace DataForge.Dedup.Shingling;

/// <summary>
/// A text with its white space folded, for exact comparison: lines end at line feeds and carriage returns; in a line, a run of blanks
/// (space, tab, vertical tab, form feed) is one space, and none stand at either end; empty lines are left out.
/// </summary>
/// <remarks>
/// So how deep a line is indented does not count (nor does it in shingles), but where lines break does: a comment ends there. Two files of the
/// same folded text whose shingle sets differ all the same (blanks inside a string) are no exact duplicates; their Jaccard similarity decides.
/// </remarks>
public static class FoldedText
{
    private static readonly System.Buffers.SearchValues<byte> LineEnds = System.Buffers.SearchValues.Create("\n\r"u8);

    /// <summary>Hashes the folded text to 128 bits. <paramref name="scratch"/> holds a line whose inner blanks must be folded; it grows as needed.</summary>
    public static Fingerprint Hash(ReadOnlySpan<byte> text, ulong seed, ref byte[] scratch)
    {
        ulong high = seed ^ Hashing.K2;
        ulong low = seed ^ Hashing.K3;
        while (!text.IsEmpty)
        {
            int end = text.IndexOfAny(LineEnds);
            ReadOnlySpan<byte> line = Trim(end < 0 ? text : text[..end]);
            text = end < 0 ? default : text[(end + 1)..];
            if (line.IsEmpty)
            {
                continue;
            }

            if (HasInnerRun(line))
            {
                int length = FoldBlanks(line, ref scratch);
                line = scratch.AsSpan(0, length);
            }

            ulong hash = Hashing.Of(line, seed);
            high = Hashing.Fold(high ^ hash, Hashing.K0);
            low = Hashing.Fold(low ^ Hashing.Of(line, ~seed), Hashing.K1);
        }

        return new Fingerprint(Hashing.Mix(high), Hashing.Mix(low));
    }

    // Spaces come one by one in most lines; anything else asks for folding.
    private static bool HasInnerRun(ReadOnlySpan<byte> line) => line.IndexOf("  "u8) >= 0 || line.IndexOfAny((byte)'\t', (byte)'\v', (byte)'\f') >= 0;

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line)
    {
        int from = 0;
        int to = line.Length;
        while (from < to && IsBlank(line[from]))
        {
            from++;
        }

        while (to > from && IsBlank(line[to - 1]))
        {
            to--;
        }

        return line[from..to];
    }

    private static int FoldBlanks(ReadOnlySpan<byte> line, ref byte[] scratch)
    {
        if (scratch.Length < line.Length)
        {
            scratch = new byte[Math.Max(line.Length, 2 * scratch.Length)];
        }

        int length = 0;
        foreach (byte b in line)
        {
            if (!IsBlank(b))
            {
                scratch[length++] = b;
            }
            else if (scratch[length - 1] != ' ')
            {
                scratch[length++] = (byte)' ';
            }
        }

        return length;
    }

    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\v' or (byte)'\f';
}
