namespace DataForge.Pretrain.Tokenizer;

/// <summary>
/// Splits UTF-8 text into pre-tokens, one after another, without a regular-expression engine and without allocating. Every byte of the
/// text, valid UTF-8 or not, is in exactly one pre-token.
/// </summary>
internal sealed class PreTokenScanner
{
    /// <summary>
    /// The pattern of <see cref="PreTokenization.Code"/>, as tokenizer.json states it. No look-ahead is needed: only a single space can
    /// belong to what follows, since the alternatives take at most one space before letters or signs.
    /// </summary>
    public const string CodePattern = @"\p{N}| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+";

    private readonly PreTokenization _form;
    private readonly CharacterClasses _classes;

    /// <summary>A scanner for one way of splitting text.</summary>
    public PreTokenScanner(PreTokenization form)
    {
        _form = form;
        _classes = form == PreTokenization.Gpt2 ? CharacterClasses.Ecma : CharacterClasses.Unicode;
    }

    /// <summary>The end of the pre-token that starts at <paramref name="start"/>, which must be within the text.</summary>
    public int End(ReadOnlySpan<byte> text, int start)
    {
        CharacterClass first = _classes.At(text, start, out int length);
        int next = start + length;

        if (first == CharacterClass.Space)
        {
            if (text[start] == (byte)' ' && next < text.Length)
            {
                CharacterClass second = _classes.At(text, next, out int secondLength);
                if (second != CharacterClass.Space && (second != CharacterClass.Number || _form == PreTokenization.Gpt2))
                {
                    return EndOfRun(text, next + secondLength, second, out _); // " ?\p{L}+" and the like
                }
            }

            int end = EndOfRun(text, next, CharacterClass.Space, out int last);
            // "\s+(?!\S)" leaves the last space to what follows; "\s+" matches where there is only one.
            return _form == PreTokenization.Gpt2 && end < text.Length && last > start ? last : end;
        }

        if (first == CharacterClass.Number && _form == PreTokenization.Code)
        {
            return next;
        }

        if (text[start] == (byte)'\'' && _form == PreTokenization.Gpt2)
        {
            int contraction = Contraction(text[next..]);
            if (contraction > 0)
            {
                return next + contraction;
            }
        }

        return EndOfRun(text, next, first, out _);
    }

    /// <summary>
    /// The end of the run of one class that continues at <paramref name="position"/>, and the start of its last character.
    /// </summary>
    private int EndOfRun(ReadOnlySpan<byte> text, int position, CharacterClass wanted, out int last)
    {
        ReadOnlySpan<CharacterClass> ascii = _classes.Ascii;
        last = -1;
        while (position < text.Length)
        {
            byte value = text[position];
            if (value < 0x80)
            {
                if (ascii[value] != wanted)
                {
                    break;
                }

                last = position++;
            }
            else
            {
                if (_classes.At(text, position, out int length) != wanted)
                {
                    break;
                }

                last = position;
                position += length;
            }
        }

        return position;
    }

    /// <summary>The length of s, t, re, ve, m, ll or d at the start of what follows an apostrophe, or 0.</summary>
    private static int Contraction(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty)
        {
            return 0;
        }

        switch (rest[0])
        {
            case (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d':
                return 1;
            case (byte)'r' or (byte)'v' when rest.Length > 1 && rest[1] == (byte)'e':
                return 2;
            case (byte)'l' when rest.Length > 1 && rest[1] == (byte)'l':
                return 2;
            default:
                return 0;
        }
    }
}
