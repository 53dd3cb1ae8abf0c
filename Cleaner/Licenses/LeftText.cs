using System.Runtime.InteropServices;
using System.Text;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// What of a text the licences found in it do not explain: its words and bytes, without the statements about single folders, files or
/// kinds of files (<see cref="ScopedParts"/>), which are kept apart. Buffers are reused for the next text.
/// </summary>
internal sealed class LeftText
{
    // Copyright lines and lists of years are not counted as words, but a notice may be on such a line.
    private const int MaxPlain = 64 << 10;

    // Where a statement introduces the text after it, only titles and names are between them.
    private const int MaxBetween = 15;
    private const int MaxAfterColon = 80;

    // "The MIT License": it belongs to the title that follows.
    private static readonly uint Article = LicenseWords.Hash("the"u8);

    private readonly List<uint> _words = [];
    private readonly List<byte> _text = [];
    private readonly List<byte> _inserted = [];
    private readonly List<uint> _granting = [];
    private readonly List<ScopeStatement> _statements = [];
    private readonly List<FilesParagraph> _scopes = [];
    private readonly List<string> _bound = [];
    private readonly HashSet<int> _boundMatches = [];
    private int _line;

    /// <summary>The words.</summary>
    public ReadOnlySpan<uint> Words => CollectionsMarshal.AsSpan(_words);

    /// <summary>The bytes, statements about parts left out.</summary>
    public ReadOnlySpan<byte> Text => CollectionsMarshal.AsSpan(_text);

    /// <summary>What stands within a permissive licence and is no part of it, as sentences about the work.</summary>
    public ReadOnlySpan<byte> Inserted => CollectionsMarshal.AsSpan(_inserted);

    /// <summary>The words of a licence file that may grant something, introductions of the texts left out.</summary>
    public ReadOnlySpan<uint> Granting => CollectionsMarshal.AsSpan(_granting);

    /// <summary>Whether a part of the text speaks of some paths only.</summary>
    public bool HasScopes => _scopes.Count > 0;

    /// <summary>The licence that the text names for everything but what it speaks of elsewhere; empty where it names none.</summary>
    public string Rest { get; private set; } = "";

    /// <summary>
    /// Whether a licence found is only the one that the text gives to single paths, where it names another one for the rest: "the C++ code
    /// is under the GPL, all other parts are under MIT", and then both texts.
    /// </summary>
    /// <param name="expression">The licence found.</param>
    public bool IsOnlyScoped(string expression)
    {
        if (Rest.Length == 0 || _scopes.Count == 0 || expression.Length == 0)
        {
            return false;
        }

        string[] named = [.. SpdxExpression.Ids(Rest).Select(Plain)];
        string[] elsewhere = [.. _scopes.SelectMany(scope => SpdxExpression.Ids(scope.License)).Select(Plain)];
        string[] ids = [.. SpdxExpression.Ids(expression).Select(Plain)];
        return ids.Any(id => !named.Contains(id)) && ids.All(id => named.Contains(id) || elsewhere.Contains(id));
    }

    private static string Plain(string id) =>
        id.Replace("-only", "", StringComparison.Ordinal).Replace("-or-later", "", StringComparison.Ordinal);

    /// <summary>The texts that are not about single paths.</summary>
    /// <param name="matches">All texts found.</param>
    public IEnumerable<LicenseMatch> General(List<LicenseMatch> matches) =>
        matches.Where((_, index) => !_boundMatches.Contains(index));

    /// <summary>
    /// The licence of the whole text: that of the rest, with the licences of single paths that are as free. Texts about single paths
    /// alone grant nothing elsewhere.
    /// </summary>
    /// <param name="rest">What the text says without them.</param>
    public string WithScoped(string rest)
    {
        if (_bound.Count == 0)
        {
            return rest;
        }

        if (rest.Length == 0)
        {
            string all = SpdxExpression.And(_bound);
            return SpdxExpression.IsPermissive(all) ? SpdxLicenses.Unknown : all;
        }

        return SpdxExpression.And(
            _bound.Where(id => SpdxExpression.IsPermissive(id)
                && SpdxExpression.IsPermissive(rest)).Append(rest));
    }

    /// <summary>The licences of single paths that are less free than the rest.</summary>
    /// <param name="rest">The licence of the rest.</param>
    public IReadOnlyList<FilesParagraph> ScopesBeside(string rest) =>
    [
        .. _scopes.Where(
            scope => scope.Patterns.Count > 0 && SpdxExpression.ClassOf(scope.License) > SpdxExpression.ClassOf(rest)
                && !SpdxExpression.IsPermissive(scope.License)),
    ];

    /// <summary>Collects what these matches leave.</summary>
    /// <param name="text">The text.</param>
    /// <param name="words">Its words.</param>
    /// <param name="matches">The licences found, in order.</param>
    /// <param name="isFile">Whether it is a licence file, whose parts may speak of single paths.</param>
    public void Collect(ReadOnlySpan<byte> text, LicenseWords words, List<LicenseMatch> matches, bool isFile)
    {
        _words.Clear();
        _text.Clear();
        _inserted.Clear();
        _granting.Clear();
        _scopes.Clear();
        _bound.Clear();
        Rest = "";
        _boundMatches.Clear();
        _line = 0;
        int word = 0;
        for (int i = 0; i <= matches.Count; i++)
        {
            int to = i < matches.Count ? matches[i].Start : words.Count;
            to -= i < matches.Count && to > word && words.Hashes[to - 1] == Article ? 1 : 0;
            if (word < to || (i == matches.Count && matches.Count == 0))
            {
                Collect(text, words, word, to, isFile, i < matches.Count ? matches[i].Template.Id : null, i);
                if (i < matches.Count && !isFile && i == 0)
                {
                    // Sentences beside a licence's text are about its rights.
                    _text.AddRange(". \n#\nthis permission.\n#\n"u8);
                }
            }

            if (i < matches.Count && matches[i].Template.Class <= Corpus.LicenseClass.PublicDomain)
            {
                // What stands within a licence and is no part of it is about the licence.
                foreach ((int start, int end) in matches[i].Inserted)
                {
                    ReadOnlySpan<byte> inserted = text[words.Starts[start]..(end < words.Count ? words.Starts[end] : text.Length)];
                    if (!SentenceRoles.IsName(inserted))
                    {
                        int from = _text.Count;
                        _text.AddRange(". This software "u8);
                        _text.AddRange(inserted);
                        _text.AddRange(". "u8);
                        _inserted.AddRange(CollectionsMarshal.AsSpan(_text)[from..]);
                    }
                }
            }

            word = i < matches.Count ? matches[i].End : word;
            if (i < matches.Count && !isFile)
            {
                // Sentences beside a licence's text are about its rights.
                _text.AddRange(". \n#\nthis permission.\n#\n"u8);
            }
        }
    }

    private void Collect(ReadOnlySpan<byte> text, LicenseWords words, int from, int to, bool isFile, string? next, int index)
    {
        // Without a match, what precedes the first word is read too.
        int start = next is null && index == 0 ? 0 : words.Starts[from];
        int end = to < words.Count ? words.Starts[to] : text.Length;
        end = next is null && index == 0 ? Math.Min(end, MaxPlain) : end;
        _statements.Clear();
        if (isFile)
        {
            ReadStatements(text, words, start, end, to, next, index);
        }

        int introduction = next is null || !isFile ? to : StartOfIntroduction(text, words, from, to);
        int statement = 0;
        int copied = start;
        for (int at = from; at < to; at++)
        {
            while (statement < _statements.Count && words.Starts[at] >= _statements[statement].End)
            {
                statement++;
            }

            if (statement < _statements.Count && words.Starts[at] >= _statements[statement].Start)
            {
                continue;
            }

            _words.Add(words.Hashes[at]);
            if (at < introduction)
            {
                _granting.Add(words.Hashes[at]);
            }
        }

        foreach (ScopeStatement skipped in _statements)
        {
            Append(text, words, copied, skipped.Start);
            copied = skipped.End;
        }

        Append(text, words, copied, Math.Max(copied, end));
        _text.Add((byte)' ');
    }

    // A copyright line is a sentence of its own.
    private void Append(ReadOnlySpan<byte> text, LicenseWords words, int from, int to)
    {
        for (; _line < words.CopyrightLines.Count && words.CopyrightLines[_line].Start < to; _line++)
        {
            TextSpan line = words.CopyrightLines[_line];
            if (line.Start >= from && line.Start + line.Length <= to)
            {
                _text.AddRange(text[from..line.Start]);
                _text.AddRange(". "u8);
                _text.AddRange(text.Slice(line.Start, line.Length));
                _text.AddRange(". "u8);
                from = line.Start + line.Length;
            }
        }

        _text.AddRange(text[from..to]);
    }

    private void ReadStatements(ReadOnlySpan<byte> text, LicenseWords words, int start, int end, int to, string? next, int index)
    {
        string piece = Encoding.Latin1.GetString(text[start..end]);
        if (LicenseTree.Find(piece) is { } tree)
        {
            _scopes.AddRange(tree.Paths);
            _statements.Add(new ScopeStatement(start + tree.Start, start + tree.End, ScopeSubject.Named, []));
            piece = piece[..tree.Start] + new string(' ', tree.End - tree.Start) + piece[tree.End..];
        }

        foreach (ScopeStatement found in ScopedParts.Find(piece))
        {
            string said = piece[found.Start..found.End];
            ScopeStatement statement = found with { Start = start + found.Start, End = start + found.End };
            if (found.Subject == ScopeSubject.Rest && found.Patterns.Count == 0)
            {
                string general = LicenseNotices.Find(text[statement.Start..statement.End], isHeader: false);
                Rest = SpdxExpression.And([Rest, general]);
                continue;
            }

            if (found.Subject == ScopeSubject.Named && next is not null && Introduces(said)
                && to - words.IndexAt(statement.End) < (said.TrimEnd().EndsWith(':') ? MaxAfterColon : MaxBetween))
            {
                _boundMatches.Add(index);
                _bound.Add(next);
                _scopes.Add(new FilesParagraph(found.Patterns, next));
            }
            else if (found.Subject != ScopeSubject.ThirdParty)
            {
                ReadOnlySpan<byte> bytes = text[statement.Start..statement.End];
                string named = found.Subject == ScopeSubject.Named ? LicenseNotices.Find(bytes, isHeader: false) : "";
                if (named.Length == 0 && found.Subject == ScopeSubject.Named && !ScopedParts.PointsElsewhere(said))
                {
                    // It restricts or says something that is not understood: it is left to be judged with the rest.
                    continue;
                }

                _scopes.Add(new FilesParagraph(found.Patterns, named.Length == 0 ? SpdxLicenses.Unknown : named));
            }

            _statements.Add(statement);
        }

        _statements.Sort(static (a, b) => a.Start.CompareTo(b.Start));
    }

    private static bool Introduces(string said)
    {
        string plain = said.TrimEnd();
        return plain.EndsWith(':') || plain.Contains("following", StringComparison.OrdinalIgnoreCase)
            || plain.Contains("below", StringComparison.OrdinalIgnoreCase)
            || (plain.Length < 80 && !plain.EndsWith('.') && !plain.Contains(" under", StringComparison.Ordinal));
    }

    // "Pillow is licensed under the open source MIT-CMU License:" grants what the text after it grants.
    private static int StartOfIntroduction(ReadOnlySpan<byte> text, LicenseWords words, int from, int to)
    {
        const int Longest = 60;
        int start = words.Starts[Math.Max(from, to - Longest)];
        string piece = Encoding.Latin1.GetString(text[start..words.Starts[to]]);
        List<(int Start, int End)> parts = TextParts.Of(piece);
        int at = parts.Count - 1;

        // A title or a copyright line may stand between the introduction and the text.
        while (at > 0 && !Introduces(piece[parts[at].Start..parts[at].End]) && parts[at].End - parts[at].Start < 80)
        {
            at--;
        }

        return at >= 0 && Introduces(piece[parts[at].Start..parts[at].End]) ? words.IndexAt(start + parts[at].Start) : to;
    }
}
