using System.Text;

namespace DataForge.Inspection.Tracing;

/// <summary>A piece of code whose source is looked for.</summary>
internal sealed class Snippet
{
    /// <summary>Parts of words by which licence notices are distinguished from other comments.</summary>
    private static readonly string[] NoticeWords = ["licen", "copyright", "warrant", "redistribut", "permission"];

    /// <summary>
    /// Reads a snippet's tokens: its code, or its comments too where the code alone is too short. A licence notice without code is
    /// not read, since the files of a thousand authors contain the same one.
    /// </summary>
    /// <param name="name">Its name in answers.</param>
    /// <param name="text">Its text in UTF-8.</param>
    public Snippet(string name, ReadOnlySpan<byte> text)
    {
        Name = name;
        var tokens = new TokenStream();
        tokens.FillWithCode(text);
        if (tokens.Count < SourceRule.MinRun && !IsNotice(text))
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

    /// <summary>Its name in answers.</summary>
    public string Name { get; }

    /// <summary>Whether its comments are compared too, because it has next to no code.</summary>
    public bool WithComments { get; }

    /// <summary>The hashes of its tokens.</summary>
    public ulong[] Hashes { get; }

    /// <summary>The line of each token, from 1.</summary>
    public int[] Lines { get; }

    /// <summary>Whether it is long enough to have a source at all.</summary>
    public bool IsLongEnough => Hashes.Length >= SourceRule.MinRun;

    private static bool IsNotice(ReadOnlySpan<byte> text)
    {
        string all = Encoding.UTF8.GetString(text);
        return NoticeWords.Any(word => all.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}
