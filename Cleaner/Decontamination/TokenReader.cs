using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DataForge.Cleaner.Decontamination;

/// <summary>
/// Reads the words (letters, digits, '_', bytes from 0x80) and single signs of a text as 64-bit hashes; white space, controls, quotes, '#'
/// and backslashes are left out. So that a text reads the same in a string, in a list of strings and in JSON, the escapes <c>\n</c>,
/// <c>\r</c> and <c>\t</c> are white space, after any number of backslashes, and a comma directly after a quote is left out. A comment
/// after code on its line is left out too. The beginnings of tokens are found 64 bytes at a time, and a word is hashed 8 bytes at a time,
/// so that a token costs a few steps however long it is.
/// </summary>
internal ref struct TokenReader(ReadOnlySpan<byte> text)
{
    private const int Block = TokenMasks.Block;

    // 2^64 divided by the golden ratio: the multiplier of Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
    private const ulong Factor = 0x9E3779B97F4A7C15;

    // The multiplier of degski's 64-bit mixer (https://gist.github.com/degski/6e2069d6035ae04d5d6f64981c995ec2).
    private const ulong Mixer = 0xD6E8FEB86659FD93;

    private readonly ReadOnlySpan<byte> _text = text;
    private int _block = -Block;
    private int _start;
    private ulong _starts;
    private ulong _ends;
    private ulong _words;
    private int _length;

    // Whether the last byte before the block is a backslash, or a quote; where the comment ends that the block begins in.
    private bool _isAfterBackslash;
    private bool _isAfterQuote;
    private int _commentEnd;

    /// <summary>Whether the current token is a word of two letters or more that does not begin with a digit.</summary>
    public readonly bool IsWord => _length >= 2 && !char.IsAsciiDigit((char)_text[_start]);

    /// <summary>Reads the next token; false at the end of the text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Next(out ulong token)
    {
        if (_starts == 0 && !ReadBlock())
        {
            token = 0;
            return false;
        }

        _start = _block + BitOperations.TrailingZeroCount(_starts);
        int end = _block + BitOperations.TrailingZeroCount(_ends);
        _starts &= _starts - 1;
        _ends &= _ends - 1;
        _length = LengthOf(_start, end);
        token = Mixed(Raw(_text, _start, _length));
        return true;
    }

    /// <summary>Reads the next tokens, as many as fit; fewer only at the end of the text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Read(Span<ulong> tokens)
    {
        Span<int> later = stackalloc int[Block];
        int count = 0;
        while (count < tokens.Length && (_starts != 0 || ReadBlock()))
        {
            // The block's masks stay in registers. Tokens begin and end in the same order, so that signs and words need no branch.
            ulong starts = _starts;
            ulong ends = _ends;
            ref byte block = ref Unsafe.Add(ref MemoryMarshal.GetReference(_text), _block);
            int last = _text.Length - _block - sizeof(ulong);
            int most = count + Math.Min(BitOperations.PopCount(ends), tokens.Length - count);
            int left = 0;
            for (; count < most; count++)
            {
                int at = BitOperations.TrailingZeroCount(starts);
                int length = BitOperations.TrailingZeroCount(ends) - at;
                starts &= starts - 1;
                ends &= ends - 1;
                if (length <= 8 && at <= last)
                {
                    tokens[count] = (WordAt(ref block, at) << (64 - (8 * length))) ^ ((ulong)length << 1);
                }
                else if (length is > 8 and <= 16)
                {
                    // As Fold, without a loop.
                    int unused = 128 - (8 * length);
                    ulong hash = (BitOperations.RotateLeft((ulong)length << 1, 23) ^ WordAt(ref block, at)) * Factor;
                    tokens[count] = hash ^ (WordAt(ref block, at + length - 8) >> unused << unused);
                }
                else
                {
                    // Without a call in this loop, everything it uses stays in registers.
                    tokens[count] = (ulong)(at << 8 | length);
                    later[left++] = count;
                }
            }

            foreach (int token in later[..left])
            {
                tokens[token] = Fold(_text.Slice(_block + (int)(tokens[token] >> 8), (byte)tokens[token]));
            }

            if (ends == 0 && starts != 0 && count < tokens.Length)
            {
                int start = _block + BitOperations.TrailingZeroCount(starts);
                tokens[count++] = Raw(_text, start, LengthOf(start, _block + Block));
                starts = 0;
            }

            _starts = starts;
            _ends = ends;
        }

        Mix(tokens[..count]);
        return count;
    }

    // The same as Mixed, of several tokens at a time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(Span<ulong> tokens)
    {
        ref ulong first = ref MemoryMarshal.GetReference(tokens);
        var mixer = new Vector<ulong>(Mixer);
        int at = 0;
        for (; at <= tokens.Length - Vector<ulong>.Count; at += Vector<ulong>.Count)
        {
            Vector<ulong> hash = Vector.LoadUnsafe(ref first, (nuint)at) * mixer;
            hash = (hash ^ (hash >>> 32)) * mixer;
            (hash ^ (hash >>> 32)).StoreUnsafe(ref first, (nuint)at);
        }

        for (; at < tokens.Length; at++)
        {
            tokens[at] = Mixed(tokens[at]);
        }
    }

    // A token before it is mixed.
    private static ulong Raw(ReadOnlySpan<byte> text, int start, int length) => length <= 8 && start + 8 <= text.Length
        ? (WordAt(ref MemoryMarshal.GetReference(text), start) << (64 - (8 * length))) ^ ((ulong)length << 1)
        : Fold(text.Slice(start, length));

    // Both multiplications are needed: a run of tokens is a polynomial over them, which must not be linear in their bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mixed(ulong hash)
    {
        hash *= Mixer;
        hash ^= hash >> 32;
        hash *= Mixer;
        return hash ^ (hash >> 32);
    }

    // Eight bytes, without a check of the bounds: the caller knows that they are there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong WordAt(ref byte text, int at) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, at));

    // The hash of a word of more than 8 bytes, or of any word at the end of the text.
    private static ulong Fold(ReadOnlySpan<byte> word)
    {
        ulong hash = (ulong)word.Length << 1;
        int rest = word.Length;
        int at = 0;
        for (; rest > 8; at += 8, rest -= 8)
        {
            hash = (BitOperations.RotateLeft(hash, 23) ^ MemoryMarshal.Read<ulong>(word[at..])) * Factor;
        }

        // The last 1 to 8 bytes, in the upper bytes of a 64-bit word.
        if (at > 0)
        {
            int unused = 64 - (8 * rest);
            return hash ^ (MemoryMarshal.Read<ulong>(word[^8..]) >> unused << unused);
        }

        ulong last = 0;
        for (int i = rest - 1; i >= 0; i--)
        {
            last = (last << 8) | word[i];
        }

        return hash ^ (last << (64 - (8 * rest)));
    }

    private bool ReadBlock()
    {
        do
        {
            // A word that the last block ended in continues here, so no word begins.
            bool continues = _words >> (Block - 1) != 0;
            _block += Block;
            if (_block >= _text.Length)
            {
                return false;
            }

            TokenMasks masks = _block + Block <= _text.Length ? TokenMasks.Of(_text.Slice(_block, Block)) : ClassifyLast();
            ulong signs = masks.Signs & ~(masks.Commas & ((masks.Quotes << 1) | (_isAfterQuote ? 1UL : 0)));
            _words = masks.Words;
            if (masks.Backslashes != 0 || _isAfterBackslash)
            {
                _words &= ~Escaped((masks.Backslashes << 1) | (_isAfterBackslash ? 1UL : 0));
            }

            if (masks.Hashes != 0 || _commentEnd > _block)
            {
                ulong comments = Comments(masks.Hashes);
                _words &= ~comments;
                signs &= ~comments;
            }

            _isAfterBackslash = masks.Backslashes >> (Block - 1) != 0;
            _isAfterQuote = masks.Quotes >> (Block - 1) != 0;
            ulong before = (_words << 1) | (continues ? 1UL : 0);
            _starts = (_words & ~before) | signs;

            // A token ends before the byte whose bit is set. The word that continues ends without having begun here.
            ulong ends = (_words << 1) & ~_words;
            ends &= continues && (_words & 1) != 0 ? ends - 1 : ulong.MaxValue;
            _ends = ends | (signs << 1);
        }
        while (_starts == 0);
        return true;
    }

    // Which of the bytes that follow a backslash stand for white space.
    private readonly ulong Escaped(ulong behindBackslashes)
    {
        ulong escaped = 0;
        for (; behindBackslashes != 0; behindBackslashes &= behindBackslashes - 1)
        {
            int at = BitOperations.TrailingZeroCount(behindBackslashes);
            if (_block + at < _text.Length && _text[_block + at] is (byte)'n' or (byte)'r' or (byte)'t')
            {
                escaped |= 1UL << at;
            }
        }

        return escaped;
    }

    // The bytes of the block that are in comments after code.
    private ulong Comments(ulong hashes)
    {
        ulong comments = Before(_commentEnd);
        for (; hashes != 0; hashes &= hashes - 1)
        {
            int at = BitOperations.TrailingZeroCount(hashes);
            if (_block + at >= _commentEnd && TrailingComment.BeginsAt(_text, _block + at))
            {
                _commentEnd = TrailingComment.EndOf(_text, _block + at);
                comments |= Before(_commentEnd) & ~((1UL << at) - 1);
            }
        }

        return comments;
    }

    // The bytes of the block before a place in the text.
    private readonly ulong Before(int place) =>
        place >= _block + Block ? ulong.MaxValue : place <= _block ? 0 : (1UL << (place - _block)) - 1;

    private readonly TokenMasks ClassifyLast()
    {
        Span<byte> last = stackalloc byte[Block];
        last.Fill((byte)' ');
        _text[_block..].CopyTo(last);
        return TokenMasks.Of(last);
    }

    // The length of a token that ends here in its block; only a word can go on in the next.
    private readonly int LengthOf(int start, int end)
    {
        if (end == _block + Block && _words >> (Block - 1) != 0)
        {
            while (end < _text.Length && TokenMasks.IsWordByte(_text[end]))
            {
                end++;
            }
        }

        return end - start;
    }
}
