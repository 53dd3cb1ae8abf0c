using System.Text;

namespace DataForge.Inspection.Tracing;

/// <summary>A piece of code whose source is asked for.</summary>
internal sealed class Snippet
{
    /// <summary>Words of licence notices, by which these are told from other comments.</summary>
    private static readonly string[] s_noticeWords = ["licen", "copyright", "warrant", "redistribut", "permission"];

    /// <summary>
    /// Reads a snippet's tokens: its code, or all of it where the code alone is too short to say anything. A licence's notice is not read,
    /// since a thousand authors' files have the same.
    /// </summary>
    /// <param name="name">How it is called in answers.</param>
    /// <param name="text">Its bytes, UTF-8.</param>
    public Snippet(string name, ReadOnlySpan<byte> text)
    {
        Name = name;
        var tokens = new TokenStream();
        tokens.FillWithCode(text);
        if (tokens.Count < TraceRule.LeastRun && !IsNotice(text))
        {
            tokens.FillWithAll(text);
            WithComments = true;
        }

        Hashes = tokens.Hashes.ToArray();
        Lines = new int[tokens.Count];
        int line = 1;
        for (int i = 0, at = 0; i < Lines.Length; i++)
        {
            int start = tokens.Starts[i];
            line += text[at..start].Count((byte)'\n');
            (Lines[i], at) = (line, start);
        }
    }

    public string Name { get; }

    /// <summary>Whether comments count, because there is next to no code.</summary>
    public bool WithComments { get; }

    /// <summary>Its tokens' hashes.</summary>
    public ulong[] Hashes { get; }

    /// <summary>The line of each token, from 1.</summary>
    public int[] Lines { get; }

    /// <summary>Whether it is long enough to have a source at all.</summary>
    public bool IsLongEnough => Hashes.Length >= TraceRule.LeastRun;

    private static bool IsNotice(ReadOnlySpan<byte> text)
    {
        string all = Encoding.UTF8.GetString(text);
        return s_noticeWords.Any(word => all.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}
