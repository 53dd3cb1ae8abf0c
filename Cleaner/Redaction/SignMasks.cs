using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DataForge.Cleaner.Redaction;

/// <summary>
/// Finds, 64 bytes at a time, at which '@', '.', ':' and '=' of a text a pattern may find something: a bit for each byte, the first
/// lowest. It may set a bit too many, never one too few. Python is full of these signs; the bytes beside them exclude nearly all.
/// </summary>
internal ref struct SignMasks(ReadOnlySpan<byte> text)
{
    /// <summary>Bytes of a block.</summary>
    public const int Block = 64;

    private readonly ReadOnlySpan<byte> _text = text;
    private Classes _now = Read(text, 0);

    // Whether the last byte before the block was a digit, a hexadecimal digit or above a space; whether a '#' precedes the block in its
    // line.
    private ulong _digitBefore;
    private ulong _hexBefore;
    private ulong _printableBefore;
    private bool _commentBefore;
    private int _at;

    /// <summary>The mask of the next block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong Next()
    {
        Classes now = _now;
        Classes next = Read(_text, _at + Block);
        ulong signs = now.Colons | now.EqualSigns;

        // name = "value": a quote among the next three bytes (after a space and a prefix), or two spaces, after which anything may follow.
        ulong quoted = After(now.Quotes, next.Quotes, 1) | After(now.Quotes, next.Quotes, 2) | After(now.Quotes, next.Quotes, 3)
            | (After(now.Blanks, next.Blanks, 1) & After(now.Blanks, next.Blanks, 2));
        ulong addresses = now.Dots & ((now.Digits << 1) | _digitBefore) & After(now.Digits, next.Digits, 1);
        ulong longAddresses = now.Colons & ((now.Hex << 1) | _hexBefore) & After(now.Hex | now.Colons, next.Hex | next.Colons, 1);
        ulong urls = now.Colons & After(now.Slashes, next.Slashes, 1) & After(now.Slashes, next.Slashes, 2);
        ulong mails = now.Ats & ((now.Printable << 1) | _printableBefore);
        ulong comments = _commentBefore || now.Hashes != 0 ? Comments(now) : 0;
        (_digitBefore, _hexBefore, _printableBefore) = (now.Digits >> 63, now.Hex >> 63, now.Printable >> 63);
        _now = next;
        _at += Block;
        return addresses | longAddresses | urls | mails | (signs & (quoted | comments));
    }

    // The mask of what is so many bytes further on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong After(ulong now, ulong next, int bytes) => (now >> bytes) | (next << (Block - bytes));

    // From each '#' to the end of its line.
    private ulong Comments(Classes now)
    {
        ulong mask = 0;
        int from = _commentBefore ? 0 : -1;
        for (ulong events = now.Hashes | now.LineFeeds; events != 0; events &= events - 1)
        {
            int at = BitOperations.TrailingZeroCount(events);
            if ((now.Hashes >> at & 1) != 0)
            {
                from = from < 0 ? at : from;
            }
            else if (from >= 0)
            {
                mask |= ((1UL << at) - 1) & ~((1UL << from) - 1);
                from = -1;
            }
        }

        _commentBefore = from >= 0;
        return _commentBefore ? mask | ~((1UL << from) - 1) : mask;
    }

    private static Classes Read(ReadOnlySpan<byte> text, int at)
    {
        Classes classes = default;
        if (at + Block <= text.Length)
        {
            Add(ref classes, Vector256.Create(text.Slice(at, 32)), 0);
            Add(ref classes, Vector256.Create(text.Slice(at + 32, 32)), 32);
        }
        else if (at < text.Length)
        {
            Span<byte> last = stackalloc byte[Block];
            last.Clear();
            text[at..].CopyTo(last);
            Add(ref classes, Vector256.Create(last[..32]), 0);
            Add(ref classes, Vector256.Create(last[32..]), 32);
        }

        return classes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref Classes classes, Vector256<byte> bytes, int shift)
    {
        Vector256<byte> digits = Vector256.LessThan(bytes - Vector256.Create((byte)'0'), Vector256.Create((byte)10));
        Vector256<byte> hex = digits
            | Vector256.LessThan((bytes | Vector256.Create((byte)0x20)) - Vector256.Create((byte)'a'), Vector256.Create((byte)6));
        classes.Ats |= Bits(Is(bytes, '@')) << shift;
        classes.Dots |= Bits(Is(bytes, '.')) << shift;
        classes.Colons |= Bits(Is(bytes, ':')) << shift;
        classes.EqualSigns |= Bits(Is(bytes, '=')) << shift;
        classes.Slashes |= Bits(Is(bytes, '/')) << shift;
        classes.Hashes |= Bits(Is(bytes, '#')) << shift;
        classes.LineFeeds |= Bits(Is(bytes, '\n')) << shift;
        classes.Quotes |= Bits(Is(bytes, '"') | Is(bytes, '\'')) << shift;
        classes.Blanks |= Bits(Is(bytes, ' ') | Is(bytes, '\t')) << shift;
        classes.Digits |= Bits(digits) << shift;
        classes.Hex |= Bits(hex) << shift;
        classes.Printable |= Bits(Vector256.GreaterThan(bytes, Vector256.Create((byte)' '))) << shift;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Is(Vector256<byte> bytes, char sign) => Vector256.Equals(bytes, Vector256.Create((byte)sign));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(Vector256<byte> bytes) => bytes.ExtractMostSignificantBits();

    /// <summary>A mask for each class of bytes.</summary>
    private struct Classes
    {
        /// <summary>'@'.</summary>
        public ulong Ats;

        /// <summary>'.'.</summary>
        public ulong Dots;

        /// <summary>':'.</summary>
        public ulong Colons;

        /// <summary>'='.</summary>
        public ulong EqualSigns;

        /// <summary>'/'.</summary>
        public ulong Slashes;

        /// <summary>'#'.</summary>
        public ulong Hashes;

        /// <summary>Line feeds.</summary>
        public ulong LineFeeds;

        /// <summary>Single and double quotes.</summary>
        public ulong Quotes;

        /// <summary>Spaces and tabs.</summary>
        public ulong Blanks;

        /// <summary>Decimal digits.</summary>
        public ulong Digits;

        /// <summary>Hexadecimal digits.</summary>
        public ulong Hex;

        /// <summary>Bytes above a space.</summary>
        public ulong Printable;
    }
}
