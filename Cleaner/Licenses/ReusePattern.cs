using System.Text;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// A pattern of paths. In a REUSE.toml <c>*</c> is any text without '/', and <c>**</c> any text; in a dep5 <c>*</c> is any text, and
/// <c>?</c> any sign. A backslash takes the meaning from the sign behind it.
/// </summary>
internal sealed class ReusePattern
{
    // Code points that are no characters, so that no path has them.
    private const char AnySign = '\uFDD0';
    private const char AnyInFolder = '\uFDD1';
    private const char Any = '\uFDD2';
    private readonly string _signs;

    private ReusePattern(string signs) => _signs = signs;

    /// <summary>Reads a pattern of a REUSE.toml.</summary>
    public static ReusePattern Of(string text) => Read(text, isDebian: false);

    /// <summary>Reads a pattern of a dep5.</summary>
    public static ReusePattern OfDebian(string text) =>
        Read(text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text, isDebian: true);

    private static ReusePattern Read(string text, bool isDebian)
    {
        var signs = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                signs.Append(text[++i]);
            }
            else if (text[i] != '*')
            {
                signs.Append(isDebian && text[i] == '?' ? AnySign : text[i]);
            }
            else if (isDebian)
            {
                signs.Append(Any);
            }
            else if (i + 1 < text.Length && text[i + 1] == '*')
            {
                // "**/a" names a in the folder itself as well, so the slash behind the stars belongs to them.
                signs.Append(Any);
                i += i + 2 < text.Length && text[i + 2] == '/' ? 2 : 1;
            }
            else
            {
                signs.Append(AnyInFolder);
            }
        }

        return new ReusePattern(signs.ToString());
    }

    /// <summary>Whether it names a path.</summary>
    public bool Names(ReadOnlySpan<char> path)
    {
        // Greedy, with one place to return to for each kind of star. A star within a folder never passes a slash, so the last one suffices.
        (int sign, int at) = (0, 0);
        (int Sign, int At) any = (-1, 0);
        (int Sign, int At) inFolder = (-1, 0);
        while (at < path.Length || sign < _signs.Length)
        {
            if (sign < _signs.Length && _signs[sign] == Any)
            {
                any = (sign++, at);
                inFolder = (-1, 0);
            }
            else if (sign < _signs.Length && _signs[sign] == AnyInFolder)
            {
                inFolder = (sign++, at);
            }
            else if (sign < _signs.Length && at < path.Length && (_signs[sign] == path[at] || _signs[sign] == AnySign))
            {
                sign++;
                at++;
            }
            else if (inFolder.Sign >= 0 && inFolder.At < path.Length && path[inFolder.At] != '/')
            {
                inFolder.At++;
                (sign, at) = (inFolder.Sign + 1, inFolder.At);
            }
            else if (any.Sign >= 0 && any.At < path.Length)
            {
                any.At++;
                (sign, at) = (any.Sign + 1, any.At);
                inFolder = (-1, 0);
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
