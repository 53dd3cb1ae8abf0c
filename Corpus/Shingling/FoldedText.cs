using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DataForge.Corpus.Shingling;

/// <summary>
/// A text with its white space folded, for exact comparison: lines end at line feeds and carriage returns; within a line, a run of blanks
/// (space, tab, vertical tab, form feed) becomes one space, and blanks at both ends are removed; empty lines are removed.
/// </summary>
/// <remarks>
/// So indentation does not count (nor does it in shingles), but line breaks do: a comment ends there. Two files with the same folded text
/// and different shingle sets (because of blanks in a string) are not exact duplicates; their Jaccard similarity decides.
/// </remarks>
public sealed class FoldedText
{
    // One bit of a mask per byte.
    private const int Block = 64;

    private readonly ulong _seed;
    private byte[] _line = [];

    /// <summary>Creates a hasher; not thread-safe.</summary>
    /// <param name="seed">Seeds the hash.</param>
    public FoldedText(ulong seed) => _seed = seed;

    /// <summary>Hashes the folded text to 64 bits.</summary>
    public ulong Hash(ReadOnlySpan<byte> text) => Hash(text, _seed);

    /// <summary>Hashes the folded text to 128 bits, for files without shingles.</summary>
    public Fingerprint HashWide(ReadOnlySpan<byte> text) => new(Hash(text, _seed), Hash(text, ~_seed));

    /// <summary>What is stored of the folded text: 64 bits beside a set of shingles, 128 for a file without shingles.</summary>
    public Fingerprint FingerprintOf(ReadOnlySpan<byte> text, bool hasShingles) => hasShingles ? new(Hash(text), 0) : HashWide(text);

    // 64 bytes at a time: finds where lines end, where the text of each line begins and ends, and whether blanks in it have to be folded.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ulong Hash(ReadOnlySpan<byte> text, ulong seed)
    {
        ulong hash = seed ^ Hashing.K2;
        int first = -1;
        int last = 0;
        bool folds = false;
        ulong blankBefore = 0;
        Span<byte> rest = stackalloc byte[Block];
        for (int at = 0; at < text.Length; at += Block)
        {
            Masks masks;
            if (at + Block <= text.Length)
            {
                masks = new Masks(text.Slice(at, Block));
            }
            else
            {
                rest.Fill((byte)'\n');
                text[at..].CopyTo(rest);
                masks = new Masks(rest);
            }

            ulong inner = masks.RareBlanks | (masks.Blanks & ((masks.Blanks << 1) | blankBefore));
            ulong nonBlanks = ~(masks.Blanks | masks.LineEnds);
            blankBefore = masks.Blanks >> 63;
            ulong ends = masks.LineEnds;
            ulong line = ulong.MaxValue;
            while (true)
            {
                // The bits of this line in this block: from the last line end up to the next.
                ulong part = line & (ends ^ (ends - 1));
                ulong nonBlanksOfLine = nonBlanks & part;
                if (nonBlanksOfLine != 0)
                {
                    // Blanks before the first non-blank are indentation.
                    folds |= (inner & part & (first < 0 ? ~(nonBlanksOfLine ^ (nonBlanksOfLine - 1)) : ulong.MaxValue)) != 0;
                    first = first < 0 ? at + BitOperations.TrailingZeroCount(nonBlanksOfLine) : first;
                    last = at + 63 - BitOperations.LeadingZeroCount(nonBlanksOfLine);
                }
                else
                {
                    folds |= first >= 0 && (inner & part) != 0;
                }

                if (ends == 0)
                {
                    break;
                }

                if (first >= 0)
                {
                    hash = Add(hash, text, first, last + 1 - first, folds, seed);
                    first = -1;
                    folds = false;
                }

                line = ~(ends ^ (ends - 1));
                ends &= ends - 1;
            }
        }

        return Hashing.Mix(first < 0 ? hash : Add(hash, text, first, last + 1 - first, folds, seed));
    }

    private ulong Add(ulong hash, ReadOnlySpan<byte> text, int start, int length, bool folds, ulong seed) => Hashing.Fold(
        hash ^ (folds ? Hashing.Of(FoldBlanks(text.Slice(start, length)), seed) : Hashing.Of(text, start, length, seed)), Hashing.K0);

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\v' or (byte)'\f';

    /// <summary>Which of 64 bytes end a line, are blanks, or are blanks other than a space: a bit each, the first byte lowest.</summary>
    private readonly struct Masks
    {
        /// <summary>Line feeds and carriage returns.</summary>
        public readonly ulong LineEnds;

        /// <summary>All blanks.</summary>
        public readonly ulong Blanks;

        /// <summary>Blanks other than a space.</summary>
        public readonly ulong RareBlanks;

        /// <summary>Classifies 64 bytes.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Masks(ReadOnlySpan<byte> block)
        {
            Vector256<byte> low = Vector256.Create(block);
            Vector256<byte> high = Vector256.Create(block[32..]);
            LineEnds = Bits(Is(low, '\n') | Is(low, '\r'), Is(high, '\n') | Is(high, '\r'));
            RareBlanks = Bits(Is(low, '\t') | Is(low, '\v') | Is(low, '\f'), Is(high, '\t') | Is(high, '\v') | Is(high, '\f'));
            Blanks = RareBlanks | Bits(Is(low, ' '), Is(high, ' '));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<byte> Is(Vector256<byte> bytes, char character) =>
            Vector256.Equals(bytes, Vector256.Create((byte)character));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static ulong Bits(Vector256<byte> low, Vector256<byte> high) =>
            low.ExtractMostSignificantBits() | ((ulong)high.ExtractMostSignificantBits() << 32);
    }
}
