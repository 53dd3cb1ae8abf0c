namespace DataForge.Cleaner.Licenses;

/// <summary>A range of a text, in bytes.</summary>
internal readonly record struct TextSpan(int Start, int Length);

/// <summary>
/// The words of a licence text, reduced to what decides its meaning: the matching guidelines of SPDX
/// (https://spdx.github.io/spdx-spec/v2.3/license-matching-guidelines-and-templates/) as far as words go. Case, white space, punctuation,
/// comment markers, list numbers, years, copyright lines and "all rights reserved" do not count; spelling variants are one word. Words are
/// kept as 32-bit hashes with their position in the text. Buffers are reused for the next text.
/// </summary>
internal sealed class LicenseWords
{
    private const int MaxWord = 48;
    private readonly byte[] _word = new byte[MaxWord];
    private uint[] _hashes = new uint[1024];
    private int[] _starts = new int[1024];

    /// <summary>The number of words.</summary>
    public int Count { get; private set; }

    /// <summary>The words' hashes.</summary>
    public ReadOnlySpan<uint> Hashes => _hashes.AsSpan(0, Count);

    /// <summary>Where each word begins in the text, in bytes.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    /// <summary>The first word that begins at a place or after it.</summary>
    /// <param name="place">A place in the text, in bytes.</param>
    public int IndexAt(int place) => Starts.BinarySearch(place) is var found && found >= 0 ? found : ~found;

    /// <summary>Copyright lines, without comment markers.</summary>
    public List<TextSpan> CopyrightLines { get; } = [];

    /// <summary>Reads a text, at most its first <paramref name="maxWords"/> words.</summary>
    public void Read(ReadOnlySpan<byte> text, int maxWords = 200_000)
    {
        Count = 0;
        CopyrightLines.Clear();
        bool itemMayStart = true;
        int at = 0;
        while (at < text.Length && Count < maxWords)
        {
            int length = text[at..].IndexOfAny((byte)'\n', (byte)'\r');
            int end = length < 0 ? text.Length : at + length;
            ReadLine(text, at, end, ref itemMayStart);
            at = end + 1;
        }
    }

    /// <summary>The hash of a word of normalised text.</summary>
    public static uint Hash(ReadOnlySpan<byte> word)
    {
        // FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), its low bits mixed into the high ones.
        uint hash = 2166136261;
        foreach (byte b in word)
        {
            hash = (hash ^ b) * 16777619;
        }

        return hash ^ (hash >> 15);
    }

    private void ReadLine(ReadOnlySpan<byte> text, int start, int end, ref bool itemMayStart)
    {
        int at = SkipMarkers(text, start, end);
        if (at >= end)
        {
            // A blank line ends a sentence: what follows may be a numbered item.
            itemMayStart = true;
            return;
        }

        ReadOnlySpan<byte> line = text[at..end];
        if (CopyrightLine.Is(line))
        {
            int length = CopyrightLine.LengthOf(line);
            CopyrightLines.Add(new TextSpan(at, line[..length].TrimEnd(" \t*#/\"'"u8).Length));
            itemMayStart = true;
            at += length;
        }

        ReadWords(text, at, end, ref itemMayStart);
    }

    private static int SkipMarkers(ReadOnlySpan<byte> text, int at, int end)
    {
        while (at < end && !IsWordByte(text, at) && text[at] is not ((byte)'(' or (byte)'['))
        {
            at += IsPunctuation(text, at, out int width) ? width : 1;
        }

        // "dnl" and "rem" open comment lines in m4 and in batch files.
        ReadOnlySpan<byte> line = text[at..end];
        return line.StartsWith("dnl "u8) || line.StartsWith("rem "u8) || line.StartsWith("REM "u8) ? at + 4 : at;
    }

    private void ReadWords(ReadOnlySpan<byte> text, int at, int end, ref bool itemMayStart)
    {
        int first = at;
        while (at < end)
        {
            if (!IsWordByte(text, at))
            {
                itemMayStart |= text[at] is (byte)'.' or (byte)':' or (byte)';' or (byte)'!' or (byte)'?' or (byte)'"' or (byte)'*';
                at += IsPunctuation(text, at, out int width) ? width : 1;
                continue;
            }

            int start = at;
            int length = ReadWord(text, ref at, end, out bool isNumber);
            ReadOnlySpan<byte> word = _word.AsSpan(0, length);
            bool bracketed = start > 0 && text[start - 1] == '(';
            if (IsListNumber(word, isNumber) && IsListMark(text, at, end) && (itemMayStart || (bracketed && !isNumber)))
            {
                itemMayStart = false;
                continue;
            }

            // "o" as a bullet.
            if (start == first && word is [(byte)'o'] && at < end && text[at] is (byte)' ' or (byte)'\t')
            {
                continue;
            }

            itemMayStart = word.SequenceEqual("and"u8) || word.SequenceEqual("or"u8);
            if (!IsYear(word) && Spelling.Canonical(Hash(word)) is { } hash)
            {
                Add(hash, start);
            }
        }
    }

    /// <summary>
    /// Reads a word into the buffer, lower-cased; without apostrophes and hyphens within it, and without ".0" after a number.
    /// </summary>
    private int ReadWord(ReadOnlySpan<byte> text, ref int at, int end, out bool isNumber)
    {
        int length = 0;
        isNumber = true;
        while (at < end)
        {
            byte b = text[at];
            if (IsWordByte(text, at))
            {
                b = b < 0x80 ? Lowered[b] : b;
                isNumber &= b is >= (byte)'0' and <= (byte)'9';
                if (length < MaxWord)
                {
                    _word[length++] = b;
                }

                at++;
                continue;
            }

            bool joins = at + 1 < end && IsWordByte(text, at + 1);
            if (joins && isNumber && b == '.' && text[at + 1] is >= (byte)'0' and <= (byte)'9')
            {
                if (length < MaxWord)
                {
                    _word[length++] = b;
                }

                at++;
            }
            else if (joins && !isNumber && b is (byte)'-' or (byte)'\'')
            {
                at++;
            }
            else if (!isNumber && at + 3 < end && text[at] == 0xE2 && text[at + 1] == 0x80 && text[at + 2] is 0x99 or 0x90 or 0x91
                && IsWordByte(text, at + 3))
            {
                at += 3;
            }
            else
            {
                break;
            }
        }

        return isNumber && length > 2 && _word[length - 1] == '0' && _word[length - 2] == '.' ? length - 2 : length;
    }

    private void Add(uint hash, int start)
    {
        if (Count == _hashes.Length)
        {
            Array.Resize(ref _hashes, 2 * Count);
            Array.Resize(ref _starts, 2 * Count);
        }

        if (hash == License && Count > 0 && _hashes[Count - 1] == Sub)
        {
            // "sub license", "sub-\nlicense"
            _hashes[Count - 1] = Sublicense;
            return;
        }

        _hashes[Count] = hash;
        _starts[Count++] = start;
        if (Count >= 2 && _hashes[Count - 1] == Reserved && _hashes[Count - 2] == Rights)
        {
            // "All" may have been part of the copyright line before.
            Count -= Count >= 3 && _hashes[Count - 3] == All ? 3 : 2;
        }
    }

    private static readonly uint License = Hash("license"u8);
    private static readonly uint Sub = Hash("sub"u8);
    private static readonly uint Sublicense = Hash("sublicense"u8);
    private static readonly uint All = Hash("all"u8);
    private static readonly uint Rights = Hash("rights"u8);
    private static readonly uint Reserved = Hash("reserved"u8);

    private static bool IsListNumber(ReadOnlySpan<byte> word, bool isNumber) =>
        isNumber ? word.Length <= 5
        : word.Length == 1 || (word.Length <= 4 && word.IndexOfAnyExcept("ivx"u8) < 0);

    private static bool IsListMark(ReadOnlySpan<byte> text, int at, int end) =>
        at < end && text[at] is (byte)'.' or (byte)')' or (byte)']'
        && (at + 1 >= end || text[at + 1] is (byte)' ' or (byte)'\t' or (byte)'.' or (byte)'*' or (byte)'_');

    private static bool IsYear(ReadOnlySpan<byte> word) =>
        word is [(byte)'1', (byte)'9', _, _] or [(byte)'2', (byte)'0', _, _] && word.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    private static bool IsWordByte(ReadOnlySpan<byte> text, int at)
    {
        byte b = text[at];
        return b < 0x80 ? Lowered[b] != 0 : !IsPunctuation(text, at, out _);
    }

    // Each letter in lower case and each digit of ASCII; 0 for its other characters.
    private static ReadOnlySpan<byte> Lowered =>
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"u8
        + "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\00123456789\0\0\0\0\0\0"u8
        + "\0abcdefghijklmnopqrstuvwxyz\0\0\0\0\0\0abcdefghijklmnopqrstuvwxyz\0\0\0\0\0"u8;

    /// <summary>Punctuation of more than one byte: no-break space, ©, guillemets (C2 xx), general punctuation (E2 80 xx), BOM.</summary>
    private static bool IsPunctuation(ReadOnlySpan<byte> text, int at, out int width)
    {
        width = 1;
        if (text[at] == 0xC2 && at + 1 < text.Length)
        {
            width = 2;
            return true;
        }

        if (at + 2 < text.Length
            && ((text[at] == 0xE2 && text[at + 1] is 0x80 or 0x96 or 0x97) || (text[at] == 0xEF && text[at + 1] == 0xBB)))
        {
            width = 3;
            return true;
        }

        return false;
    }
}
