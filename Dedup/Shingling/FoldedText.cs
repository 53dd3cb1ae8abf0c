using System.Buffers;

namespace DataForge.Dedup.Shingling;

/// <summary>
/// A text with its white space folded, for exact comparison: lines end at line feeds and carriage returns; in a line, a run of blanks
/// (space, tab, vertical tab, form feed) is one space, and none stand at either end; empty lines are left out.
/// </summary>
/// <remarks>
/// So how deep a line is indented does not count (nor does it in shingles), but where lines break does: a comment ends there. Two files of the
/// same folded text whose shingle sets differ all the same (blanks inside a string) are no exact duplicates; their Jaccard similarity decides.
/// </remarks>
public sealed class FoldedText
{
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\n\r"u8);
    private static readonly SearchValues<byte> RareBlanks = SearchValues.Create("\t\v\f"u8);
    private readonly ulong _seed;
    private byte[] _line = [];

    /// <param name="seed">Seeds the hash.</param>
    public FoldedText(ulong seed) => _seed = seed;

    /// <summary>Hashes the folded text to 64 bits.</summary>
    public ulong Hash(ReadOnlySpan<byte> text) => Hash(text, _seed);

    /// <summary>Hashes the folded text to 128 bits, for files that nothing else tells apart.</summary>
    public Fingerprint HashWide(ReadOnlySpan<byte> text) => new(Hash(text, _seed), Hash(text, ~_seed));

    private ulong Hash(ReadOnlySpan<byte> text, ulong seed)
    {
        bool hasRareBlanks = text.ContainsAny(RareBlanks);
        ulong hash = seed ^ Hashing.K2;
        while (!text.IsEmpty)
        {
            int end = text.IndexOfAny(LineEnds);
            ReadOnlySpan<byte> line = Trim(end < 0 ? text : text[..end]);
            text = end < 0 ? default : text[(end + 1)..];
            if (line.IsEmpty)
            {
                continue;
            }

            // Spaces come one by one inside most lines; only others need folding.
            if (line.IndexOf("  "u8) >= 0 || (hasRareBlanks && line.ContainsAny(RareBlanks)))
            {
                line = FoldBlanks(line);
            }

            hash = Hashing.Fold(hash ^ Hashing.Of(line, seed), Hashing.K0);
        }

        return Hashing.Mix(hash);
    }

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

    private ReadOnlySpan<byte> FoldBlanks(ReadOnlySpan<byte> line)
    {
        if (_line.Length < line.Length)
        {
            _line = new byte[Math.Max(line.Length, 2 * _line.Length)];
        }

        int length = 0;
        foreach (byte b in line)
        {
            if (!IsBlank(b))
            {
                _line[length++] = b;
            }
            else if (_line[length - 1] != ' ')
            {
                _line[length++] = (byte)' ';
            }
        }

        return _line.AsSpan(0, length);
    }

    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\v' or (byte)'\f';
}
