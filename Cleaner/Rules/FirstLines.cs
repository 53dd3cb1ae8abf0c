using System.Text;
using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Rules;

/// <summary>A phrase to look for.</summary>
/// <param name="Name">The phrase, in lower case.</param>
/// <param name="Bytes">The same in ASCII.</param>
internal readonly record struct Phrase(string Name, byte[] Bytes)
{
    /// <summary>These phrases, which must be in lower case.</summary>
    public static Phrase[] Of(params string[] phrases) =>
        [.. phrases.Select(phrase => new Phrase(phrase, Encoding.ASCII.GetBytes(phrase)))];
}

/// <summary>The first lines of a text: recipes "scan five lines". Lines end at LF.</summary>
internal static class FirstLines
{
    private const int Count = 5;

    /// <summary>The first of these phrases that the first five lines contain, in any case; null if they contain none.</summary>
    public static string? Find(ReadOnlySpan<byte> text, Phrase[] phrases)
    {
        ReadOnlySpan<byte> first = Of(text);
        foreach (Phrase phrase in phrases)
        {
            if (CopyrightLine.IndexOfIgnoreCase(first, phrase.Bytes) >= 0)
            {
                return phrase.Name;
            }
        }

        return null;
    }

    private static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> text)
    {
        int at = 0;
        for (int line = 0; line < Count; line++)
        {
            int length = text[at..].IndexOf((byte)'\n');
            if (length < 0)
            {
                return text;
            }

            at += length + 1;
        }

        return text[..at];
    }
}
