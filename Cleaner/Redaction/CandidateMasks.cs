using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DataForge.Cleaner.Redaction;

/// <summary>
/// Finds in one pass over a text, 64 bytes at a time, where its patterns may find something: a bit for each byte, the first lowest. It may
/// set a bit too many for a sign, never one too few. Python is full of these signs; what is around them excludes nearly all. One object is
/// reused for one text after another.
/// </summary>
internal sealed class CandidateMasks
{
    /// <summary>Bytes of a block.</summary>
    public const int Block = 64;

    // The name of a secret lies in so many bytes before its '=' or ':' (see PasswordPattern): the name, its quote and bracket, an
    // annotation, and at most one blank.
    private const int NameReach = 60 + 2 + 24 + 1;

    private ulong[] _signs = new ulong[256];
    private ulong[] _words = new ulong[256];
    private ulong[] _runs = new ulong[256];
    private int _blocks;

    /// <summary>At which '@', '.', ':' and '=' something may be.</summary>
    public ReadOnlySpan<ulong> Signs => _signs.AsSpan(0, _blocks);

    /// <summary>Where the letters of <see cref="SecretWords"/> begin.</summary>
    public ReadOnlySpan<ulong> Words => _words.AsSpan(0, _blocks);

    /// <summary>From where on <see cref="TokenPattern.MinRun"/> bytes are letters, digits, '_' or '-'.</summary>
    public ReadOnlySpan<ulong> Runs => _runs.AsSpan(0, _blocks);

    /// <summary>Reads a text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Read(ReadOnlySpan<byte> text)
    {
        _blocks = (text.Length + Block - 1) / Block;
        if (_signs.Length < _blocks)
        {
            int length = Math.Max(_blocks, 2 * _signs.Length);
            (_signs, _words, _runs) = (new ulong[length], new ulong[length], new ulong[length]);
        }

        // The classes of the block before, as far as they matter; and where a '#' precedes the block in its line.
        ulong digitsBefore = 0;
        ulong hexBefore = 0;
        ulong blanksBefore = 0;
        ulong printableBefore = 0;
        bool commentBefore = false;
        int nameEnd = 0;
        Unsafe.SkipInit(out Classes now);
        Unsafe.SkipInit(out Classes next);
        ReadBlock(text, 0, ref now);
        for (int block = 0; block < _blocks; block++)
        {
            int at = block * Block;
            ReadBlock(text, at + Block, ref next);
            ulong words = SecretWords.PlacesIn64(text, at);

            // A name of a secret is near enough, or there are two blanks, before which anything may be.
            ulong named = (Before(now.Blanks, blanksBefore, 1) & Before(now.Blanks, blanksBefore, 2)) | BitsBelow(nameEnd - at);
            if (words != 0)
            {
                named |= ulong.MaxValue << BitOperations.TrailingZeroCount(words);
                nameEnd = at + Block - BitOperations.LeadingZeroCount(words) + NameReach;
            }

            // name = "value": a quote among the next three bytes (after a space and a prefix), or two spaces, after which anything may
            // follow.
            ulong quoted = After(now.Quotes, next.Quotes, 1) | After(now.Quotes, next.Quotes, 2) | After(now.Quotes, next.Quotes, 3)
                | (After(now.Blanks, next.Blanks, 1) & After(now.Blanks, next.Blanks, 2));
            ulong comments = 0;
            if (commentBefore || now.Hashes != 0)
            {
                comments = Comments(now.Hashes, now.LineFeeds, ref commentBefore);
            }

            // 1.2.: up to three digits, then another dot.
            ulong addresses = now.Dots & Before(now.Digits, digitsBefore, 1) & After(now.Digits, next.Digits, 1)
                & (After(now.Dots, next.Dots, 2) | (After(now.Digits, next.Digits, 2)
                    & (After(now.Dots, next.Dots, 3) | (After(now.Digits, next.Digits, 3) & After(now.Dots, next.Dots, 4)))));

            // 2001:d, 2001::
            ulong longAddresses = now.Colons & Before(now.Hex, hexBefore, 1) & Before(now.Hex, hexBefore, 2) & Before(now.Hex, hexBefore, 3)
                & Before(now.Hex, hexBefore, 4) & After(now.Hex | now.Colons, next.Hex | next.Colons, 1);
            ulong urls = now.Colons & After(now.Slashes, next.Slashes, 1) & After(now.Slashes, next.Slashes, 2);
            ulong mails = now.Ats & Before(now.Printable, printableBefore, 1);
            _signs[block] = addresses | longAddresses | urls | mails
                | ((now.Colons | now.EqualSigns) & named & (quoted | comments));
            _words[block] = words;
            _runs[block] = LongRuns(now.Run, next.Run);
            (digitsBefore, hexBefore, blanksBefore, printableBefore) = (now.Digits, now.Hex, now.Blanks, now.Printable);
            now = next;
        }
    }

    // The mask of what is so many bytes further on, or before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong After(ulong now, ulong next, int bytes) => (now >> bytes) | (next << (Block - bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Before(ulong now, ulong before, int bytes) => (now << bytes) | (before >> (Block - bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong BitsBelow(int count) => count >= Block ? ulong.MaxValue : count <= 0 ? 0 : (1UL << count) - 1;

    // Bit i is set where the run continues for 2, 4, 8, 16, then 20 bytes from i on; bits of the next block are shifted in.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong LongRuns(ulong now, ulong next)
    {
        (now, next) = (now & After(now, next, 1), next & (next >> 1));
        (now, next) = (now & After(now, next, 2), next & (next >> 2));
        (now, next) = (now & After(now, next, 4), next & (next >> 4));
        (now, next) = (now & After(now, next, 8), next & (next >> 8));
        return now & After(now, next, TokenPattern.MinRun - 16);
    }

    // From each '#' to the end of its line.
    private static ulong Comments(ulong hashes, ulong lineFeeds, ref bool isOpen)
    {
        ulong mask = 0;
        int from = isOpen ? 0 : -1;
        for (ulong events = hashes | lineFeeds; events != 0; events &= events - 1)
        {
            int at = BitOperations.TrailingZeroCount(events);
            if ((hashes >> at & 1) != 0)
            {
                from = from < 0 ? at : from;
            }
            else if (from >= 0)
            {
                mask |= ((1UL << at) - 1) & ~((1UL << from) - 1);
                from = -1;
            }
        }

        isOpen = from >= 0;
        return isOpen ? mask | ~((1UL << from) - 1) : mask;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadBlock(ReadOnlySpan<byte> text, int at, ref Classes classes)
    {
        if (at + Block <= text.Length)
        {
            Classify(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), at), ref classes);
        }
        else
        {
            ReadLast(text, at, ref classes);
        }
    }

    // The block that the text ends in, or one behind it.
    private static void ReadLast(ReadOnlySpan<byte> text, int at, ref Classes classes)
    {
        Span<byte> last = stackalloc byte[Block];
        last.Clear();
        text[Math.Min(at, text.Length)..].CopyTo(last);
        Classify(ref MemoryMarshal.GetReference(last), ref classes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Classify(ref byte bytes, ref Classes classes)
    {
        ulong digits = AreIn(ref bytes, 0, '0', 10);
        classes.Ats = Are(ref bytes, '@');
        classes.Dots = Are(ref bytes, '.');
        classes.Colons = Are(ref bytes, ':');
        classes.EqualSigns = Are(ref bytes, '=');
        classes.Slashes = Are(ref bytes, '/');
        classes.Hashes = Are(ref bytes, '#');
        classes.LineFeeds = Are(ref bytes, '\n');
        classes.Quotes = Are(ref bytes, '"') | Are(ref bytes, '\'');
        classes.Blanks = Are(ref bytes, ' ') | Are(ref bytes, '\t');
        classes.Digits = digits;
        classes.Hex = digits | AreIn(ref bytes, 0x20, 'a', 6);
        classes.Printable = ~AreIn(ref bytes, 0, '\0', ' ' + 1);
        classes.Run = digits | AreIn(ref bytes, 0x20, 'a', 26) | Are(ref bytes, '_') | Are(ref bytes, '-');
    }

    // Which of 64 bytes are this sign. Where a comparison of all gives a mask at once, masks are joined rather than vectors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Are(ref byte bytes, char sign) => Vector512.IsHardwareAccelerated
        ? Vector512.Equals(Vector512.LoadUnsafe(ref bytes), Vector512.Create((byte)sign)).ExtractMostSignificantBits()
        : Half(ref bytes, sign) | ((ulong)Half(ref Unsafe.Add(ref bytes, 32), sign) << 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Half(ref byte bytes, char sign) =>
        Vector256.Equals(Vector256.LoadUnsafe(ref bytes), Vector256.Create((byte)sign)).ExtractMostSignificantBits();

    // Which of 64 bytes are one of so many characters, after these bits are set.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AreIn(ref byte bytes, byte bits, char first, int count)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<byte> all = (Vector512.LoadUnsafe(ref bytes) | Vector512.Create(bits)) - Vector512.Create((byte)first);
            return Vector512.LessThan(all, Vector512.Create((byte)count)).ExtractMostSignificantBits();
        }

        Vector256<byte> low = (Vector256.LoadUnsafe(ref bytes) | Vector256.Create(bits)) - Vector256.Create((byte)first);
        Vector256<byte> high = (Vector256.LoadUnsafe(ref bytes, 32) | Vector256.Create(bits)) - Vector256.Create((byte)first);
        return Vector256.LessThan(low, Vector256.Create((byte)count)).ExtractMostSignificantBits()
            | ((ulong)Vector256.LessThan(high, Vector256.Create((byte)count)).ExtractMostSignificantBits() << 32);
    }

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

        /// <summary>Letters, digits, '_' and '-'.</summary>
        public ulong Run;
    }
}
