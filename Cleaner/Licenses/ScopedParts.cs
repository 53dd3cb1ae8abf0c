using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>What a statement in a licence file speaks of.</summary>
internal enum ScopeSubject
{
    /// <summary>Folders, files or kinds of files that it names.</summary>
    Named,

    /// <summary>Everything but what it names: "all files except those in contrib/".</summary>
    Rest,

    /// <summary>Software of others that the repository holds or uses.</summary>
    ThirdParty,
}

/// <summary>A statement about a part of a repository.</summary>
/// <param name="Start">Where it begins in the text.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Subject">What it speaks of.</param>
/// <param name="Patterns">
/// The paths named, with <c>*</c> for any text. Empty where it speaks of kinds of files that are never Python, such as images.
/// </param>
internal readonly record struct ScopeStatement(int Start, int End, ScopeSubject Subject, IReadOnlyList<string> Patterns);

/// <summary>
/// Finds the statements of a licence file that speak of a folder (<c>ee/</c>), of named files or of kinds of files ("the C++ code", "the
/// documentation"): what they say holds there and not elsewhere.
/// </summary>
internal static partial class ScopedParts
{
    private const int MaxStatements = 200;
    private const int MaxPatterns = 200;

    // Folders that hold documents; where a statement speaks of the documentation, it may lie in any of them.
    private static readonly string[] DocumentFolders = ["docs/*", "doc/*", "documentation/*"];

    /// <summary>The statements, in order.</summary>
    /// <param name="text">The text, one character a byte.</param>
    public static List<ScopeStatement> Find(string text)
    {
        var found = new List<ScopeStatement>();
        if (text.Length == 0 || !Cue().IsMatch(text))
        {
            return found;
        }

        bool hasPast = Past().IsMatch(text);
        List<(int Start, int End)> parts = TextParts.Of(text);
        for (int i = 0; i < parts.Count && found.Count < MaxStatements; i++)
        {
            (int start, int end) = parts[i];
            string part = text[start..end];
            if (part.TrimEnd().EndsWith(':'))
            {
                // The list of files that the statement announces.
                while (i + 1 < parts.Count && IsListOfPaths(text[parts[i + 1].Start..parts[i + 1].End]))
                {
                    end = parts[++i].End;
                }

                part = text[start..end];
            }

            if (hasPast && Past().Match(part) is { Success: true } past)
            {
                found.Add(new ScopeStatement(start + past.Index, start + past.Index + past.Length, ScopeSubject.ThirdParty, []));
                continue;
            }

            if (Read(part) is { } statement)
            {
                found.Add(new ScopeStatement(start + statement.Start, start + statement.End, statement.Subject, statement.Patterns));
            }
        }

        return found;
    }

    /// <summary>Whether a statement says that its paths have a licence of their own, told elsewhere.</summary>
    /// <param name="said">The statement.</param>
    public static bool PointsElsewhere(string said) => Pointer().IsMatch(said);

    private static ScopeStatement? Read(string part)
    {
        if (!Speaks().IsMatch(part) || ProjectTitle().IsMatch(part))
        {
            return null;
        }

        if (ThirdParty().IsMatch(part))
        {
            return new ScopeStatement(0, part.Length, ScopeSubject.ThirdParty, []);
        }

        List<string> patterns = Paths(part, out int first);
        if (Everything().Match(part) is { Success: true } all && !(first < all.Index && !OfRest().IsMatch(part)))
        {
            return patterns.Count > 0 && Exception().Match(part) is { Success: true } except
                ? new ScopeStatement(except.Index, except.Index + except.Length, ScopeSubject.Rest, patterns)
                : new ScopeStatement(0, part.Length, ScopeSubject.Rest, []);
        }

        if (patterns.Count > 0)
        {
            return new ScopeStatement(0, part.Length, ScopeSubject.Named, patterns);
        }

        bool isDocument = Documents().IsMatch(part);
        return (isDocument || OtherKinds().IsMatch(part)) && !Code().IsMatch(InBrackets().Replace(part, " "))
            ? new ScopeStatement(0, part.Length, ScopeSubject.Named, isDocument ? DocumentFolders : [])
            : null;
    }

    /// <summary>The folders, files and kinds of files that a statement names, as patterns.</summary>
    private static List<string> Paths(string part, out int first)
    {
        var found = new List<string>();
        first = int.MaxValue;
        foreach (Match match in MayNamePath(part) ? PathToken().Matches(part).Take(MaxPatterns) : [])
        {
            string path = match.Groups["path"].Value.TrimEnd('.', ',', ';', ':').TrimStart('/');
            path = path.StartsWith("./", StringComparison.Ordinal) ? path[2..]
                : path.StartsWith('.') && !path.Contains('/') ? "*" + path
                : path;

            // "web.py is in the public domain": what begins a sentence may be the name of the software.
            if (path.Length > 0 && !NoPath().IsMatch(path) && (match.Index > 0 || path.Contains('/') || path.Contains('*')))
            {
                first = Math.Min(first, match.Index);
                found.Add(match.Groups["folder"].Success || path.EndsWith('/') ? path.TrimEnd('/') + "/*" : path);
            }
        }

        return found;
    }

    // Each path has a slash, the ending of a file, or one of these words beside it.
    private static bool MayNamePath(ReadOnlySpan<char> part)
    {
        if (part.Contains('/') || part.Contains("director", StringComparison.Ordinal) || part.Contains("folder", StringComparison.Ordinal))
        {
            return true;
        }

        for (int at = 0; part[at..].IndexOf('.') is >= 0 and int dot; at += dot + 1)
        {
            if (at + dot + 1 < part.Length && char.IsAsciiLetterLower(part[at + dot + 1]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsListOfPaths(string part) => !Speaks().IsMatch(part) && Paths(part, out _).Count > 0;

    [GeneratedRegex(
        @"[\w""'`*]/|/[\w*]|\.[a-z]{1,4}\b|director|folder|third|3rd|documentation|artwork|image|logo|font|icon|graphic|sound|media"
        + @"|translation|screenshot|css|checkpoint|c\+\+|javascript|weights|\bonce\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Cue();

    // "three.js license": many projects are called like a file of theirs.
    [GeneratedRegex(
        @"^\W*(?:the\s+)?(?:licen[cs]e\s+(?:of|for)\s+[\w-]+\.js|[\w-]+\.js\s+licen[cs]e)\W*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ProjectTitle();

    // A licence that was less free once, up to the clause that says that it changed.
    [GeneratedRegex(
        @"\b(?:was|were)\s+(?:once|originally|previously|formerly)\s+(?:licensed|distributed|released)\s+under\b[^,;.]{0,60}?"
        + @"(?:gpl|general\s+public\s+license|non-?commercial|proprietary)[^,;.]*(?=,\s*but\b)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Past();

    // A statement about rights says one of these.
    [GeneratedRegex(
        @"\b(?:licen[sc]|released|distributed under|published under|available under|covered by|governed by|subject to|copyright"
        + @"|public\s+domain|terms\s+(?:cover|apply|are|for|of)|these\s+terms)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Speaks();

    [GeneratedRegex(
        @"\b(?:third|3rd)[- ]part(?:y|ies)\b[^.]{0,200}\b(?:original|own|respective|their|its|separate)\s+licen[sc]e",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ThirdParty();

    [GeneratedRegex(
        @"\b(?:outside|all other|everything(?!\s+(?:in|below|under|inside|within|beneath))|every\s+other|the rest|remaining|remainder"
        + @"|(?:other|rest) (?:parts|of)|otherwise|except\w*"
        + @"|unless|excluding|apart from|other than|all (?:of )?(?:the )?(?:source )?(?:code|files)|the (?:entire|whole))\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Everything();

    [GeneratedRegex(
        @"\b(?:outside|all other|everything else|every\s+other|the rest|remaining|remainder|(?:other|rest) (?:parts|of))\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OfRest();

    [GeneratedRegex(
        @"\b(?:with the exception of|except(?:ing)?(?: for)?|excluding|apart from|other than)\b[^,;]*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Exception();

    // A path has a slash at its end, a star, two slashes, or a file's ending; "and/or" and "MIT/X11" have none. Quotes or the word
    // "directory" beside it make any word one.
    [GeneratedRegex(
        @"(?<![\w:/@.-])(?:(?<path>\.{0,2}/?(?:[\w.*+-]+/)+(?:[\w*-]*\*[\w.*-]*|[\w.-]+\.[A-Za-z]{1,5}\b|(?![\w])))"
        + @"|(?<path>/?(?:[\w.*+-]+/){2,}[\w.*+-]*)"
        + @"|[""'`]+(?<path>[\w./*+-]+)[""'`]+(?<folder>\s+(?:sub-?)?(?:director(?:y|ies)|folders?))"
        + @"|\b(?:the|under|in)\s+(?<path>[\w.-]+)/?(?<folder>\s+(?:sub-?)?(?:director(?:y|ies)|folders?))"
        + @"|\b(?:director(?:y|ies)|folders?)(?<folder>)\s+[""'`]?(?<path>[\w.*+-]+/)"
        + @"|(?<path>\*?\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|tcc|ino|js|jsx|ts|tsx|css|cu|cuh|java|rs|go|m|mm|pyx|pxd|py|pyi|md|rst|svg|png))\b"
        + @"|(?<path>[\w*-]+(?:\.[\w*-]+)*\.(?:c|cc|cpp|cxx|h|hh|hpp|js|jsx|ts|tsx|css|cu|cuh|java|rs|pyx|pxd|pxi|py|pyi|f|f90|sh|el"
        + @"|vim))"
        + @"\b)",
        RegexOptions.CultureInvariant)]
    private static partial Regex PathToken();

    [GeneratedRegex(
        @"(?:^|/)(?:licen[sc]es?|copying|copyright|notice|readme|authors)\b[^/]*$|^(?:root|top|top-level|main|this|same|source|above"
        + @"|following|project|whole|entire|parent|current|repository|installation|mentioned|said|node\.js|usr/share/.*|\*|\*\*|[./*]+)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NoPath();

    [GeneratedRegex(
        @"\b(?:licen[sc]ed?|subject to|covered|governed)\b.{0,80}\b(?:defined|found|described|specified|stated|in|see|same licen[sc]e"
        + @"|own licen[sc]e|their licen[sc]e|original licen[sc]e|separate|different|other)\b|\bsee\b",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Pointer();

    [GeneratedRegex(
        @"\b(?:documentation|docs|documents|manuals?|tutorials?|website)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Documents();

    [GeneratedRegex(
        @"\b(?:images?|icons?|fonts?|logos?|artwork|(?<!silicon\s)graphics|sounds?|media|translations|screenshots?"
        + @"|(?:client-side )?javascript|css"
        + @"|c\+\+(?!\w)|weights|checkpoints?)(?:\W|$)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OtherKinds();

    // "The image has the following license (where 'software' refers to the image)".
    [GeneratedRegex(@"\([^()]*\)", RegexOptions.CultureInvariant)]
    private static partial Regex InBrackets();

    [GeneratedRegex(
        @"\b(?:python|software|programs?|librar(?:y|ies)|packages?|projects?|source|scripts?|(?<!\+\+ )(?<!script )code)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Code();
}
