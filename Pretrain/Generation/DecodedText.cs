using System.Buffers;
using System.Text;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Generation;

/// <summary>
/// The text of the tokens generated so far, which ends before the first stop string, wherever the tokens' boundaries are.
/// </summary>
internal sealed class DecodedText
{
    private readonly BpeVocabulary _vocabulary;
    private readonly byte[][] _stops;
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private int _length; // bytes before the first stop string
    private int _taken;

    /// <summary>An empty text.</summary>
    /// <param name="vocabulary">What the tokens stand for.</param>
    /// <param name="stops">The stop strings.</param>
    internal DecodedText(BpeVocabulary vocabulary, IReadOnlyList<string> stops)
    {
        _vocabulary = vocabulary;
        _stops = [.. stops.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>The text so far; bytes that are no UTF-8 become U+FFFD.</summary>
    internal string Text => Encoding.UTF8.GetString(_bytes.WrittenSpan[.._length]);

    /// <summary>Bytes of all tokens, those after a stop string too.</summary>
    internal int Written => _bytes.WrittenCount;

    /// <summary>Bytes before the first stop string.</summary>
    internal int Length => _length;

    /// <summary>Bytes that were taken.</summary>
    internal int Taken => _taken;

    /// <summary>Characters of the text so far.</summary>
    internal int Characters => Encoding.UTF8.GetCharCount(_bytes.WrittenSpan[.._length]);

    /// <summary>Appends a token; false if the text ends before a stop string that the token completed.</summary>
    internal bool Append(int token)
    {
        int before = _bytes.WrittenCount;
        _vocabulary.Decode([checked((ushort)token)], _bytes, skipSpecial: true);
        _length = _bytes.WrittenCount;
        foreach (byte[] stop in _stops)
        {
            // A stop string that ends in the new bytes begins at most its own length before them.
            int from = Math.Max(0, before - stop.Length + 1);
            int at = from < _length ? _bytes.WrittenSpan[from.._length].IndexOf(stop) : -1;
            _length = at < 0 ? _length : from + at;
        }

        return _length == _bytes.WrittenCount;
    }

    /// <summary>
    /// What was not taken yet and can no longer change: whole characters, without an end that may become a stop string; at the end of the
    /// text all that is left.
    /// </summary>
    internal string Take(bool atEnd)
    {
        ReadOnlySpan<byte> bytes = _bytes.WrittenSpan[.._length];
        int end = atEnd ? bytes.Length : WholeCharacters(bytes[..^StartOfStop(bytes)]);
        if (end <= _taken)
        {
            return "";
        }

        string text = Encoding.UTF8.GetString(bytes[_taken..end]);
        _taken = end;
        return text;
    }

    /// <summary>The length of the longest end of the text that begins a stop string.</summary>
    private int StartOfStop(ReadOnlySpan<byte> bytes)
    {
        int longest = 0;
        foreach (byte[] stop in _stops)
        {
            for (int length = Math.Min(stop.Length - 1, bytes.Length); length > longest; length--)
            {
                if (bytes.EndsWith(stop.AsSpan(0, length)))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }

    /// <summary>The length without a character whose last bytes are still to come.</summary>
    private static int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        for (int back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            byte value = bytes[^back];
            if ((value & 0xC0) == 0x80)
            {
                continue; // a continuation byte
            }

            int needed = value >= 0xF0 ? 4 : value >= 0xE0 ? 3 : value >= 0xC0 ? 2 : 1;
            return needed > back ? bytes.Length - back : bytes.Length;
        }

        return bytes.Length;
    }
}
