using System.Text;
using DataForge.Python;

namespace DataForge.Python.Tests;

/// <summary>
/// Makes sources that are mostly no Python out of sources that are: one token deleted, doubled, or swapped with the next.
/// </summary>
internal sealed class Mutator(int seed)
{
    private readonly List<(int Start, int Length)> _tokens = [];
    private ulong _state = (ulong)seed * 0x9E3779B97F4A7C15 + 1;

    /// <summary>A mutated copy, and what was done to it.</summary>
    public byte[] Mutate(ReadOnlySpan<byte> source, out string what)
    {
        _tokens.Clear();
        // f-strings whole or in pieces, turn and turn about.
        PythonLexer lexer = new(source, Next(2) == 0 ? LexerOptions.WholeFStrings : LexerOptions.None);
        while (lexer.Next())
        {
            if (lexer.Length > 0 && lexer.Kind is not (TokenKind.Comment or TokenKind.NonLogicalNewline))
            {
                _tokens.Add((lexer.Start, lexer.Length));
            }
        }

        int at = Next(_tokens.Count - 1);
        (int start, int length) = _tokens[at];
        ReadOnlySpan<byte> token = source.Slice(start, length);
        int end = start + length;
        string text = Encoding.UTF8.GetString(token);
        switch (Next(3))
        {
            case 0:
                what = $"at {start} deleted {text}";
                return [.. source[..start], .. source[end..]];
            case 1:
                what = $"at {start} doubled {text}";
                return [.. source[..end], (byte)' ', .. token, .. source[end..]];
            default:
                (int nextStart, int nextLength) = _tokens[at + 1];
                ReadOnlySpan<byte> next = source.Slice(nextStart, nextLength);
                what = $"at {start} swapped {text} and {Encoding.UTF8.GetString(next)}";
                return [.. source[..start], .. next, .. source[end..nextStart], .. token, .. source[(nextStart + nextLength)..]];
        }
    }

    /// <summary>A copy with one to three bytes deleted, inserted or replaced, by bytes that mean something to a lexer.</summary>
    public byte[] MutateBytes(ReadOnlySpan<byte> source, out string what)
    {
        ReadOnlySpan<byte> bytes = "\"'\\{}()[]#\n\r\t\f :=!<>.,;+-*/@&|^~`$?_0179abefjlnorstuxABEFJLNORUX"u8;
        List<byte> mutated = [.. source];
        StringBuilder description = new("at");
        for (int edits = 1 + Next(3); edits > 0; edits--)
        {
            int at = Next(Math.Max(1, mutated.Count - 1));
            byte with = bytes[Next(bytes.Length)];
            description.Append(System.Globalization.CultureInfo.InvariantCulture, $" {at}");
            switch (mutated.Count < 2 ? 1 : Next(3))
            {
                case 0:
                    mutated.RemoveAt(at);
                    break;
                case 1:
                    mutated.Insert(Math.Min(at, mutated.Count), with);
                    break;
                default:
                    mutated[at] = with;
                    break;
            }
        }

        what = description.ToString();
        return [.. mutated];
    }

    /// <summary>Pieces of one source put into another, bytes changed, now and then to anything at all, or cut off.</summary>
    public byte[] Splice(byte[] source, byte[] other)
    {
        List<byte> spliced = [.. source];
        for (int edits = 1 + Next(6); edits > 0; edits--)
        {
            int at = Next(spliced.Count + 1);
            switch (Next(6))
            {
                case 0:
                    int from = Next(other.Length);
                    spliced.InsertRange(at, other.AsSpan(from, Math.Min(1 + Next(80), other.Length - from)).ToArray());
                    break;
                case 1:
                    spliced.RemoveRange(at, Math.Min(Next(40), spliced.Count - at));
                    break;
                case 2:
                    spliced.Insert(at, (byte)Next(256));
                    break;
                case 3:
                    spliced.InsertRange(at, Enumerable.Repeat((byte)"([{'\"\\\n\t f:"[Next(11)], 1 + Next(220)));
                    break;
                case 4:
                    spliced.RemoveRange(at, Next(8) == 0 ? spliced.Count - at : 0);
                    break;
                default:
                    byte[] mutated = MutateBytes(spliced.Count > 0 ? [.. spliced] : other, out _);
                    spliced = [.. mutated];
                    break;
            }
        }

        return [.. spliced];
    }

    /// <summary>0 to <paramref name="bound"/> - 1, by SplitMix64 (https://prng.di.unimi.it/splitmix64.c).</summary>
    public int Next(int bound)
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) % (ulong)bound);
    }
}
