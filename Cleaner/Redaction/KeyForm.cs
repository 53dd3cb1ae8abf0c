using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace DataForge.Cleaner.Redaction;

/// <summary>
/// The form of an issuer's keys: literal parts, and parts of so many characters of a kind. <c>key-forms.tsv</c> has all forms, with the
/// issuer and where the form is published.
/// </summary>
internal sealed class KeyForm
{
    // Where the issuer states no length.
    private const int Any = 400;

    // A random value of 14 characters practically never has fewer than six distinct ones; names in words and rows of one letter do.
    private const int MinDistinct = 6;

    private const string Small = "abcdefghijklmnopqrstuvwxyz";
    private const string Capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Digits = "0123456789";

    private static readonly Dictionary<char, SearchValues<byte>> Sets = new()
    {
        ['A'] = Of(Small + Capitals + Digits), ['a'] = Of(Small + Digits), ['U'] = Of(Capitals + Digits), ['d'] = Of(Digits),
        ['h'] = Of(Digits + "abcdef"), ['H'] = Of(Digits + "abcdefABCDEF"), ['g'] = Of(Digits + "abcdefABCDEF-"),
        ['W'] = Of(Small + Capitals + Digits + "_"), ['w'] = Of(Small + Capitals + Digits + "_-"),
        ['p'] = Of(Small + Capitals + Digits + "_-.="), ['z'] = Of(Small + Capitals + Digits + "_-.~"),
        ['b'] = Of(Small + Capitals + Digits + "+/="), ['e'] = Of(Small + Capitals + Digits + "+/=_-."),
    };

    private readonly List<Part> _parts = [];

    // The first literal part, and how many characters are before it: it is compared first, because that is cheap.
    private readonly byte[] _fixed;
    private readonly int _fixedAt;

    /// <summary>Reads a form.</summary>
    /// <param name="form">The form, as <c>key-forms.tsv</c> describes it.</param>
    public KeyForm(string form)
    {
        int at = 0;
        while (at < form.Length)
        {
            int open = form.IndexOf('{', at);
            if (open != at)
            {
                string literal = open < 0 ? form[at..] : form[at..open];
                _parts.Add(new Part(Encoding.ASCII.GetBytes(literal), null, 0, 0));
                at += literal.Length;
                continue;
            }

            int close = form.IndexOf('}', open);
            string[] bounds = form[(open + 3)..close].Split('-');
            int min = int.Parse(bounds[0], CultureInfo.InvariantCulture);
            int max = bounds.Length == 1 ? min : bounds[1].Length == 0 ? Any : int.Parse(bounds[1], CultureInfo.InvariantCulture);
            _parts.Add(new Part([], Sets[form[open + 1]], min, max));
            at = close + 1;
        }

        Prefix = _parts[0].Literal;
        int first = _parts.FindIndex(part => part.Set is null);
        _fixedAt = _parts.Take(first).Sum(part => part.Min);
        _fixed = _parts[first].Literal;
    }

    /// <summary>What all keys of this form begin with; empty where they have nothing in common.</summary>
    public byte[] Prefix { get; }

    /// <summary>The length of the key that begins here; 0 where there is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the key begins.</param>
    public int LengthAt(ReadOnlySpan<byte> text, int start)
    {
        if (start + _fixedAt > text.Length || !text[(start + _fixedAt)..].StartsWith(_fixed))
        {
            return 0;
        }

        int at = start;
        for (int i = 0; i < _parts.Count; i++)
        {
            Part part = _parts[i];
            if (part.Set is null)
            {
                if (!text[at..].StartsWith(part.Literal))
                {
                    return 0;
                }

                at += part.Literal.Length;
                continue;
            }

            ReadOnlySpan<byte> rest = text[at..Math.Min(text.Length, at + part.Max + 1)];
            int length = rest.IndexOfAnyExcept(part.Set);
            length = length < 0 ? rest.Length : length;
            bool isLast = i == _parts.Count - 1;
            if (length < part.Min || (isLast && length > part.Max))
            {
                return 0;
            }

            at += Math.Min(length, part.Max);
        }

        // A key of fixed length must end where its letters and digits do.
        bool goesOn = at < text.Length && char.IsAsciiLetterOrDigit((char)text[at]) && _parts[^1].Min == _parts[^1].Max;
        return !goesOn && HasVariety(text[(start + Prefix.Length)..at]) ? at - start : 0;
    }

    private static bool HasVariety(ReadOnlySpan<byte> body)
    {
        UInt128 seen = 0;
        foreach (byte b in body)
        {
            seen |= UInt128.One << b;
        }

        return BitOperations.PopCount((ulong)seen) + BitOperations.PopCount((ulong)(seen >> 64)) >= MinDistinct;
    }

    private static SearchValues<byte> Of(string characters) => SearchValues.Create(Encoding.ASCII.GetBytes(characters));

    // A literal, or characters of a set.
    private readonly record struct Part(byte[] Literal, SearchValues<byte>? Set, int Min, int Max);
}
