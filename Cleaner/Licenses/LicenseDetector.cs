using System.Text;

namespace DataForge.Cleaner.Licenses;

/// <summary>What a text says about its licence.</summary>
/// <param name="Expression">An SPDX expression; empty where the text says nothing about a licence.</param>
/// <param name="Copyright">Its copyright lines, verbatim.</param>
public sealed record LicenseFinding(string Expression, IReadOnlyList<string> Copyright)
{
    /// <summary>Licences that the text gives only some paths, each less free than the rest.</summary>
    public IReadOnlyList<FilesParagraph> Scopes { get; init; } = [];

    /// <summary>The licences of parts of a source file, which hold beside the file's own; empty where there are none.</summary>
    public string Snippets { get; init; } = "";

    /// <summary>No licence, no copyright.</summary>
    public static LicenseFinding Nothing { get; } = new("", []);
}

/// <summary>
/// Reads licences from texts: whole texts, notices, <c>SPDX-License-Identifier</c> lines. A text that grants rights but is not a known
/// licence, and one that adds a restriction to a known licence, gives <see cref="SpdxLicenses.Unknown"/>. Not safe from several threads.
/// </summary>
public sealed class LicenseDetector
{
    // Files of many licences, such as those of browsers, have some ten thousand words; hostile input must not cost more.
    private const int MaxWords = 60_000;
    private const int MaxCopyrightLines = 20;
    private const int MaxCopyrightLength = 200;

    // CPython's LICENSE tells its history and contains the licences of all its earlier owners; it is distributed under PSF-2.0.
    private static readonly uint[] PythonHistory = LicenseTemplates.Phrase("history of the software");
    private static readonly uint[] LlvmException = LicenseTemplates.Phrase("if you combine or link compiled forms of this software");

    private static readonly HashSet<string> PythonStack =
    [
        "PSF-2.0", "Python-2.0", "Python-2.0.1", "CNRI-Python", "CNRI-Python-GPL-Compatible", "0BSD", "HPND", "MIT-CMU",
        "HPND-Fenneberg-Livingston",
    ];

    private static readonly uint[][] ChoiceWords =
    [
        .. new[]
        {
            "either license", "either the", "either of", "under either", "your choice", "you may choose", "alternatively",
        }.Select(LicenseTemplates.Phrase),
    ];

    // "Dual licensed (both MIT and PSF)" is no choice.
    private static readonly uint[][] DualLicensed = [LicenseTemplates.Phrase("dual licensed"), LicenseTemplates.Phrase("dual license")];
    private static readonly uint Both = LicenseTemplates.Phrase("both")[0];

    // The LLVM exception has 159 words (https://spdx.org/licenses/LLVM-exception.html).
    private const int ExceptionWords = 160;

    private readonly LicenseWords _words = new();
    private readonly LicenseTextMatcher _matcher = new();
    private readonly LeftText _left = new();

    /// <summary>The words of the text read last.</summary>
    internal LicenseWords Words => _words;

    /// <summary>The licence texts found in it, in order.</summary>
    internal IReadOnlyList<LicenseMatch> Matches { get; private set; } = [];

    /// <summary>The licence that a licence file (LICENSE, COPYING, a free-form Debian copyright file) gives.</summary>
    public LicenseFinding OfLicenseFile(ReadOnlySpan<byte> text)
    {
        if (ThirdPartySection.StartOf(text) is > 0 and int section && OfWhole(text[..section]) is var own
            && SpdxExpression.IsPermissive(own.Expression))
        {
            return ThirdPartySection.Combine(own, OfWhole(text[section..]));
        }

        return OfWhole(text);
    }

    /// <summary>The same for a file read as one text, sections about third parties too, as are the words and matches then.</summary>
    internal LicenseFinding OfWhole(ReadOnlySpan<byte> text)
    {
        string expression = Detect(text, strict: true, isHeader: false, readme: "");
        if (_left.HasScopes && expression.Length > 0)
        {
            return new LicenseFinding(expression, Copyright(text)) { Scopes = _left.ScopesBeside(expression) };
        }

        if (expression.Length == 0 && text.Length < 200)
        {
            expression = LicenseNames.ToSpdx(Encoding.UTF8.GetString(text)) ?? "";
        }

        if (expression.Length == 0 && IsStatement(text))
        {
            expression = LicenseNames.OfPointer(text) ?? SpdxLicenses.Unknown;
        }

        return new LicenseFinding(expression, Copyright(text));
    }

    /// <summary>
    /// The licence that a source file's header gives the file, or a README its project; nothing where it only points elsewhere. An
    /// <c>SPDX-License-Identifier</c> takes precedence over the rest.
    /// </summary>
    /// <param name="text">The header, or the part of a README that is about its licence.</param>
    /// <param name="isHeader">Whether it is a source file's header, whose permissive licences must be those of this file.</param>
    public LicenseFinding OfHeader(ReadOnlySpan<byte> text, bool isHeader = true) => OfNotice(text, isHeader, readme: "");

    private LicenseFinding OfNotice(ReadOnlySpan<byte> text, bool isHeader, string readme)
    {
        Matches = [];
        if (!MentionsRights(text))
        {
            return LicenseFinding.Nothing;
        }

        if (LicenseTags.FindTags(text) is { } tags)
        {
            _words.Read(text, MaxWords);
            return new LicenseFinding(tags, Copyright(text));
        }

        string expression = Detect(text, strict: false, isHeader, readme);
        if (isHeader && (expression.Length == 0 || SpdxExpression.IsPermissive(expression)))
        {
            expression = expression.Length == 0 ? LicenseTags.OfModule(text) : expression;
            expression = SpdxExpression.And([expression, LicenseTags.OfLines(text)]);
        }

        return new LicenseFinding(expression, Copyright(text));
    }

    /// <summary>
    /// The licence that a README gives its project, in its section about the licence. Where that section speaks of something by name, it
    /// must be what the README is about: a name that stands before the section too.
    /// </summary>
    /// <param name="text">The README.</param>
    public LicenseFinding OfReadme(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> section = ReadmeLicense.SectionOf(text);
        return OfNotice(section, isHeader: false, ReadmeLicense.WordsBefore(text, section));
    }

    // A licence file that is not understood says something else than the metadata does. One that only names another file says nothing.
    private bool IsStatement(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> plain = text.Trim(" \t\r\n"u8);
        bool points = plain.Length < 200 && System.Text.Ascii.IsValid(plain)
            && (plain.IndexOfAny((byte)' ', (byte)'\n') < 0 || CopyrightLine.IndexOfIgnoreCase(plain, "include::"u8) >= 0);
        return !points && (_words.Count > 0 || CopyrightLine.IndexOfIgnoreCase(plain, "all rights reserved"u8) >= 0
            || HasOtherScript(plain));
    }

    // Words are letters of ASCII; ten bytes outside it are three letters of another script.
    private static bool HasOtherScript(ReadOnlySpan<byte> text)
    {
        int count = 0;
        foreach (byte b in text)
        {
            count += b >= 0x80 ? 1 : 0;
        }

        return count >= 10;
    }

    /// <summary>Whether a text may say something about rights at all: a quick test, so that most headers need not be read.</summary>
    public static bool MentionsRights(ReadOnlySpan<byte> text) =>
        CopyrightLine.IndexOfIgnoreCase(text, "licen"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "copyright"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "public domain"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "redistribut"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "proprietary"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "permission"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "gpl"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "commercial"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "not distribute"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "use only"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "confidential"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "creative commons"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "property of"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "cc by"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "cc-by"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "may not "u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "same terms"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "freeware"u8) >= 0
        || CopyrightLine.IndexOfIgnoreCase(text, "freely"u8) >= 0
        || text.IndexOf("©"u8) >= 0;

    private string Detect(ReadOnlySpan<byte> text, bool strict, bool isHeader, string readme)
    {
        _words.Read(text, MaxWords);
        List<LicenseMatch> matches = _matcher.Find(_words.Hashes, strict);
        Matches = matches;
        _left.Collect(text, _words, matches, strict);
        ReadOnlySpan<uint> granting = _left.Granting;
        ReadOnlySpan<uint> left = _left.Words;
        List<LicenseMatch> general = [.. _left.General(matches)];
        List<string> found = [.. general.Select(match => match.Template.Id).Where(id => !_left.IsOnlyScoped(id))];
        if (left.IndexOf(LlvmException) is >= 0 and int exception && found.Contains("Apache-2.0")
            && !Restricts(left[..Math.Max(0, exception - ExceptionWords)])
            && !Restricts(left[Math.Min(left.Length, exception + ExceptionWords)..]))
        {
            // The exception only adds rights; its own words speak of other software under the GPL.
            return SpdxExpression.And(found.Select(id => id == "Apache-2.0" ? "Apache-2.0 WITH LLVM-exception" : id));
        }

        if (strict && found.Count > 1 && !Restricts(left)
            && LicenseTags.FindTags(text) is { } stated && stated.Contains(" OR ", StringComparison.Ordinal)
            && RepositoryLicenses.Names(stated, found))
        {
            // The tag says how the texts that follow it relate.
            return stated;
        }

        bool isPython = found.Any(id => id is "PSF-2.0" or "Python-2.0" or "Python-2.0.1") && left.IndexOf(PythonHistory) >= 0;
        if (isPython)
        {
            found = [.. found.Where(id => !PythonStack.Contains(id)), "PSF-2.0"];
        }

        bool speaks = matches.Count == 0 || GrantPhrases.IsIn(left);
        string notices = !isPython && (speaks || (strict && found.Exists(SpdxExpression.IsPermissive)))
            ? LicenseNotices.Find(_left.Text, isHeader, readme)
            : "";
        if (!speaks && SpdxExpression.IsPermissive(notices))
        {
            // A name without a word that grants takes rights away, where it is a copyleft one, and gives none.
            notices = "";
        }

        if (_left.IsOnlyScoped(notices))
        {
            notices = _left.Rest;
        }

        bool hasNotice = notices.Length > 0;
        if (notices == SpdxLicenses.Bsd && found.Exists(id => RepositoryLicenses.MakesPrecise(id, notices)))
        {
            // "… under the terms of the BSD license as follows", and its text.
            notices = "";
        }

        if (matches.Count == 0 && notices.Length == 0 && strict && LicenseTags.FindTags(text) is { } tags)
        {
            notices = tags;
        }

        bool isDoubtful = !isPython
            && ((_matcher.NearMiss && (found.Count == 0 || Restricts(left) || GrantPhrases.IsIn(left)))
                || (found.Count > 0 && Restricts(left))
                || (strict && !hasNotice && notices.Length == 0 && GrantPhrases.IsIn(granting, found.Contains("Apache-2.0"))));
        string plain = SpdxExpression.And(found.Append(notices));
        if (!isDoubtful && !isPython && (plain.Length == 0 || SpdxExpression.IsPermissive(plain)))
        {
            isDoubtful = DoubtfulClauses.IsIn(NoticeText.Of(_left.Text), strict)
                || (!strict && _left.Inserted.Length > 0 && DoubtfulClauses.IsIn(NoticeText.Of(_left.Inserted), isFile: true));
        }

        // Beside texts that pass nowhere, what is added takes nothing away that was granted.
        if (isDoubtful && (found.Count == 0 || SpdxExpression.IsPermissive(SpdxExpression.And(found.Append(notices)))))
        {
            // A permission without its disclaimer and with other terms is a licence of its own.
            found.RemoveAll(id => general.Exists(match => match.Template.Id == id)
                && general.TrueForAll(match => match.Template.Id != id || match.Template.IsPart));
            found.Add(SpdxLicenses.Unknown);
        }

        bool isChoice = !isDoubtful && found.Count + (notices.Length > 0 ? 1 : 0) > 1 && OffersChoice();
        IEnumerable<string> all = found.Append(notices);
        return _left.WithScoped(isChoice ? SpdxExpression.Or(all) : SpdxExpression.And(all));
    }

    private static bool Restricts(ReadOnlySpan<uint> words) => RestrictingPhrases.IndexIn(words) >= 0;

    private bool OffersChoice() =>
        ChoiceWords.Any(ContainsPhrase) || DualLicensed.Any(phrase => ContainsPhrase(phrase) && !ContainsPhrase([.. phrase, Both]));

    private bool ContainsPhrase(uint[] phrase) => _left.Words.IndexOf(phrase) >= 0;

    private List<string> Copyright(ReadOnlySpan<byte> text)
    {
        var lines = new List<string>();
        foreach (TextSpan span in _words.CopyrightLines)
        {
            ReadOnlySpan<byte> line = text.Slice(span.Start, Math.Min(span.Length, MaxCopyrightLength));
            string decoded = Encoding.UTF8.GetString(line).Trim();
            bool isPlaceholder = decoded.Contains('<')
                && !decoded.Contains('@')
                && decoded.Contains("year", StringComparison.OrdinalIgnoreCase);
            if (!isPlaceholder && lines.Count < MaxCopyrightLines && !lines.Contains(decoded)
                && !decoded.Contains("Free Software Foundation", StringComparison.Ordinal)
                && !decoded.Contains("[yyyy]", StringComparison.Ordinal))
            {
                lines.Add(decoded);
            }
        }

        return lines;
    }
}
