using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Text;

/// <summary>
/// Whether a comment speaks of the licence of the file, and not of another one: a driver's licence, a licence plate, a key.
/// </summary>
internal static class LicenseMention
{
    // "under", and after it the licence: "released under the same terms as Python, see its licence".
    private const int MaxUnder = 120;

    private static readonly byte[][] Nouns = Words("license", "licence");

    // Each says by itself that the comment is about rights.
    private static readonly byte[][] Notices = Words(
        "copyright", "all rights reserved", "license:", "licence:", "licensed", "licenced", "license-identifier", "@license",
        "license file",
        "license.txt", "license.md", "license.rst", "license agreement", "licence agreement", "see license", "see the license",
        "this license",
        "license information", "license details", "license text", "license notice");

    // Beside the word "license" they name one, or what one says.
    private static readonly byte[][] Names = Words(
        "MIT", "BSD", "GPL", "LGPL", "AGPL", "MPL", "ISC", "PSF", "ZPL", "EPL", "CC0", "GNU", "Apache", "Mozilla", "Creative Commons",
        "zlib",
        "Artistic", "Boost", "Eclipse", "unlicense", "Python Software Foundation", "public domain", "open source", "free software",
        "permission", "warranty", "redistribut", "proprietary");

    /// <summary>Whether a comment speaks of the licence or the copyright of its file.</summary>
    /// <param name="comment">The comment.</param>
    public static bool IsIn(ReadOnlySpan<byte> comment)
    {
        if (IndexOfAny(comment, Notices) >= 0)
        {
            return true;
        }

        if (IndexOfAny(comment, Nouns) < 0)
        {
            return false;
        }

        foreach (byte[] name in Names)
        {
            if (HoldsWord(comment, name))
            {
                return true;
            }
        }

        int under = CopyrightLine.IndexOfIgnoreCase(comment, "under "u8);
        return under >= 0 && IndexOfAny(comment.Slice(under, Math.Min(MaxUnder, comment.Length - under)), Nouns) >= 0;
    }

    // A name that begins a word: "MIT" is not in "limit".
    private static bool HoldsWord(ReadOnlySpan<byte> comment, byte[] name)
    {
        int from = 0;
        while (CopyrightLine.IndexOfIgnoreCase(comment[from..], name) is >= 0 and int found)
        {
            int at = from + found;
            int end = at + name.Length;
            bool isWhole = name.Length > 4 || end == comment.Length || !char.IsAsciiLetter((char)comment[end]);
            if (isWhole && (at == 0 || !char.IsAsciiLetter((char)comment[at - 1])))
            {
                return true;
            }

            from = end;
        }

        return false;
    }

    private static int IndexOfAny(ReadOnlySpan<byte> text, byte[][] words)
    {
        foreach (byte[] word in words)
        {
            int at = CopyrightLine.IndexOfIgnoreCase(text, word);
            if (at >= 0)
            {
                return at;
            }
        }

        return -1;
    }

    private static byte[][] Words(params string[] words) =>
        [.. words.Select(word => System.Text.Encoding.ASCII.GetBytes(word.ToLowerInvariant()))];
}
