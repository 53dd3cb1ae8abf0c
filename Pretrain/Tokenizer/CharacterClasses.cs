using System.Buffers;
using System.Globalization;
using System.Text;

namespace DataForge.Pretrain.Tokenizer;

/// <summary>The class of a code point in the pre-tokenisation patterns.</summary>
internal enum CharacterClass : byte
{
    /// <summary><c>[^\s\p{L}\p{N}]</c>; each byte that is not valid UTF-8 counts as one.</summary>
    Other,

    /// <summary><c>\p{L}</c></summary>
    Letter,

    /// <summary><c>\p{N}</c></summary>
    Number,

    /// <summary><c>\s</c></summary>
    Space,
}

/// <summary>Looks up the class of code points in a table of 1.1 MB, built at first use.</summary>
internal sealed class CharacterClasses
{
    /// <summary><c>\s</c> of ECMAScript: WhiteSpace and LineTerminator (<see href="https://tc39.es/ecma262/#sec-white-space"/>).</summary>
    public static CharacterClasses Ecma { get; } = new([0xFEFF]);

    /// <summary><c>\s</c> as the Unicode property White_Space.</summary>
    public static CharacterClasses Unicode { get; } = new([0x85]);

    private readonly CharacterClass[] _table = new CharacterClass[0x110000];

    private CharacterClasses(ReadOnlySpan<int> ownSpaces)
    {
        Fill(UnicodeRanges.Letters, CharacterClass.Letter);
        Fill(UnicodeRanges.Numbers, CharacterClass.Number);
        Fill("9-D 20 A0 1680 2000-200A 2028-2029 202F 205F 3000", CharacterClass.Space);
        foreach (int space in ownSpaces)
        {
            _table[space] = CharacterClass.Space;
        }
    }

    /// <summary>The classes of U+0000 to U+007F.</summary>
    public ReadOnlySpan<CharacterClass> Ascii => _table.AsSpan(0, 128);

    /// <summary>The class of the code point that starts at <paramref name="position"/>, and its length in bytes.</summary>
    /// <remarks>Each byte that is not valid UTF-8 counts as <see cref="CharacterClass.Other"/>.</remarks>
    public CharacterClass At(ReadOnlySpan<byte> text, int position, out int length)
    {
        byte first = text[position];
        if (first < 0x80)
        {
            length = 1;
            return _table[first];
        }

        return Rune.DecodeFromUtf8(text[position..], out Rune rune, out length) == OperationStatus.Done
            ? _table[rune.Value]
            : CharacterClass.Other;
    }

    private void Fill(string ranges, CharacterClass value)
    {
        foreach (string range in ranges.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            int dash = range.IndexOf('-');
            int first = int.Parse(dash < 0 ? range : range[..dash], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            int last = dash < 0 ? first : int.Parse(range[(dash + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            _table.AsSpan(first, last - first + 1).Fill(value);
        }
    }
}
