using DataForge.Cleaner.Licenses;
using DataForge.Python;

namespace DataForge.Cleaner.Text;

/// <summary>What a source states of its licence below its header.</summary>
/// <param name="File">The licence of the file, as an SPDX expression; empty if none is stated.</param>
/// <param name="Snippets">The licences of parts of the file; empty if there are none.</param>
internal readonly record struct LicensesBelow(string File, string Snippets)
{
    private static ReadOnlySpan<byte> Tag => "SPDX-License-Identifier:"u8;

    private static ReadOnlySpan<byte> Begin => "SPDX-SnippetBegin"u8;

    private static ReadOnlySpan<byte> Name => "__license__"u8;

    /// <summary>Nothing.</summary>
    public static LicensesBelow None => new("", "");

    /// <summary>
    /// Where a header ends for the licence of the whole file: before a snippet, and before a part that is to be ignored
    /// (https://reuse.software/spec-3.3/).
    /// </summary>
    /// <param name="header">The header.</param>
    public static int EndOfHeader(ReadOnlySpan<byte> header)
    {
        int snippet = header.IndexOf(Begin);
        int ignored = header.IndexOf("REUSE-IgnoreStart"u8);
        int first = snippet < 0 ? ignored : ignored < 0 ? snippet : Math.Min(snippet, ignored);
        return first < 0 ? header.Length : header[..first].LastIndexOf((byte)'\n') + 1;
    }

    /// <summary>
    /// Reads the tags in comments, and assignments to <c>__license__</c>, outside strings. A tag between SPDX-SnippetBegin and
    /// SPDX-SnippetEnd is the licence of that part.
    /// </summary>
    /// <param name="text">The decoded source.</param>
    /// <param name="from">Where its header ends.</param>
    /// <param name="places">Receives the position of each licence; null if it is not needed.</param>
    public static LicensesBelow Read(ReadOnlySpan<byte> text, int from, List<(int Start, string License)>? places = null)
    {
        if (text[from..].IndexOf(Tag) < 0 && !HasName(text[from..]))
        {
            return None;
        }

        var file = new List<string>();
        var snippets = new List<string>();
        int depth = 0;
        bool isIgnored = false;
        PythonLexer lexer = new(text);
        while (lexer.Next())
        {
            string license = "";
            if (lexer.Kind == TokenKind.Comment)
            {
                ReadOnlySpan<byte> comment = lexer.Text.TrimStart("#!:*- \t"u8);
                depth += comment.StartsWith(Begin) ? 1 : depth > 0 && comment.StartsWith("SPDX-SnippetEnd"u8) ? -1 : 0;
                isIgnored = (isIgnored || comment.StartsWith("REUSE-IgnoreStart"u8)) && !comment.StartsWith("REUSE-IgnoreEnd"u8);
                license = comment.StartsWith(Tag) && !comment.ContainsAny("<>{}%$"u8) ? LicenseTags.FindTags(comment) ?? "" : "";
            }
            else if (lexer.Kind == TokenKind.Name && (lexer.Start == 0 || text[lexer.Start - 1] == '\n') && lexer.Text.SequenceEqual(Name))
            {
                ReadOnlySpan<byte> rest = text[lexer.Start..];
                int end = rest.IndexOf((byte)'\n');
                license = LicenseTags.OfModule(end < 0 ? rest : rest[..end]);
            }

            if (license.Length > 0 && !isIgnored && lexer.Start >= from)
            {
                (depth > 0 ? snippets : file).Add(license);
                places?.Add((lexer.Start, license));
            }
        }

        return new LicensesBelow(SpdxExpression.And(file), SpdxExpression.And(snippets));
    }

    private static bool HasName(ReadOnlySpan<byte> below) => below.StartsWith(Name) || below.IndexOf("\n__license__"u8) >= 0;
}
