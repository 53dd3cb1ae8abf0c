using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>Licences named by a notice ("Licensed under the Apache License, Version 2.0 …") instead of by their text.</summary>
internal static partial class LicenseNotices
{
    // Notices are short and come first; the expressions below must not run over whole manuals.
    private const int MaxText = 16_384;

    // A word that every match contains, searched for before the expression is tried.
    private static readonly (string Word, Regex Pattern, string Id)[] Named =
    [
        ("apache", Apache(), "Apache-2.0"), ("mozilla", Mpl2(), "MPL-2.0"), ("mpl", Mpl2Short(), "MPL-2.0"),
        ("mozilla", Mpl11(), "MPL-1.1"), ("zope public", Zpl(), "ZPL-2.1"), ("zpl", Zpl(), "ZPL-2.1"), ("python", Psf(), "PSF-2.0"),
        ("psf", Psf(), "PSF-2.0"), ("isc license", Isc(), "ISC"), ("boost", Boost(), "BSL-1.0"), ("bsd", Bsd3(), "BSD-3-Clause"),
        ("bsd", Bsd2(), "BSD-2-Clause"), ("bsd", Bsd(), SpdxLicenses.Bsd), ("mit", Mit(), "MIT"), ("expat", Mit(), "MIT"),
        ("zero", Cc0(), "CC0-1.0"),
        ("cc0", Cc0(), "CC0-1.0"), ("neighboring", Cc0(), "CC0-1.0"), ("unlicense", Unlicense(), "Unlicense"),
        ("public domain", PublicDomain(), SpdxLicenses.PublicDomain), ("eclipse", Epl1(), "EPL-1.0"), ("eclipse", Epl2(), "EPL-2.0"),
    ];

    /// <summary>
    /// The licences that the text's notices name; empty where it has none. Several apply together, unless the text offers a choice. What a
    /// notice forbids is an unknown licence beside them.
    /// </summary>
    /// <param name="text">The text, or what of it no licence text explains.</param>
    /// <param name="isHeader">Whether it is a source file's header, whose permissive licences must be those of this file.</param>
    /// <param name="readme">What a README says before it, in lower case; empty where the text is no section of one.</param>
    public static string Find(ReadOnlySpan<byte> text, bool isHeader, string readme = "")
    {
        NoticeText read = NoticeText.Of(text.Length > MaxText ? text[..MaxText] : text);
        string plain = LlvmException().Replace(read.Plain, match => new string(' ', match.Length));
        read = read with { Plain = plain };
        var found = new List<string>();
        string rest = plain;
        bool isRestricted = RestrictingNotices.IsIn(SentenceCues.MayNameCommons(plain) ? CreativeCommonsName().Replace(plain, " ") : plain);
        foreach ((string word, Regex pattern, string id) in Named)
        {
            if (!rest.Contains(word, StringComparison.Ordinal) || !SentenceCues.MayName(word, rest))
            {
                continue;
            }

            // "3-clause BSD license" must not count as a plain "BSD license" as well; blanks keep the places of what follows.
            rest = pattern.Replace(rest, match =>
            {
                bool counts = Counts(read, match, id, isHeader, readme, ref isRestricted);
                if (counts && !found.Contains(id))
                {
                    found.Add(id);
                }

                return new string('\u0001', match.Length);
            });
        }

        if (found.Contains("CC0-1.0"))
        {
            // CC0 is itself a dedication to the public domain.
            found.Remove(SpdxLicenses.PublicDomain);
        }

        found.AddRange(Gnu(read));
        found.AddRange(OtherNames.In(read, rest, isHeader));
        if (found.Count == 0
            && CommonLicense().Match(plain) is { Success: true } common
            && DebianNames.ToSpdx(common.Groups["name"].Value.Replace(' ', '-')) is { } pointed)
        {
            // Debian points to the texts that every system has.
            found.Add(pointed);
        }

        string named = found.Count > 1 && Choice().IsMatch(plain) ? SpdxExpression.Or(found) : SpdxExpression.And(found);
        return isRestricted ? SpdxExpression.And([named, SpdxLicenses.Unknown]) : named;
    }

    // Whether a name of a licence is a grant under it. Conditions that its sentence adds make the whole restricted.
    private static bool Counts(NoticeText text, Match match, string id, bool isHeader, string readme, ref bool isRestricted)
    {
        text.Around(match, out ReadOnlySpan<char> before, out ReadOnlySpan<char> after);
        if (NoticeSentence.IsDenied(before, after) || NoticeSentence.IsDated(before, after))
        {
            return false;
        }

        if (!SpdxExpression.IsPermissive(id))
        {
            return true;
        }

        bool isForeign = NoticeSentence.IsForeign(before)
            && (isHeader || id != SpdxLicenses.PublicDomain || !NoticeSentence.IsJoined(before));
        if (isForeign
            || (id == SpdxLicenses.PublicDomain && NoticeSentence.IsAttribute(after))
            || !(isHeader ? NoticeSentence.IsOwn(before, match.ValueSpan) : NoticeSentence.IsOfProject(before, match.ValueSpan, readme)))
        {
            return false;
        }

        int end = match.Index + match.Length;
        int to = text.EndOfStatement(match);
        isRestricted |= NoticeSentence.IsConditional(after)
            || (!OtherPart().IsMatch(after)
                && !PlainWords.FirstOther(text.Plain.AsSpan(end, to - end), text.Cased.AsSpan(end, to - end)).IsEmpty);
        return true;
    }

    private static IEnumerable<string> Gnu(NoticeText text)
    {
        string plain = text.Plain;
        if (!plain.Contains("gpl", StringComparison.Ordinal) && !plain.Contains("gnu", StringComparison.Ordinal))
        {
            yield break;
        }

        var found = new List<(string Family, string Version, bool Later)>();
        Match[] mentions = [.. GnuLicense().Matches(plain).Cast<Match>().Where(match => IsStated(text, match))];

        // A notice grants under one licence and then points to a text, often by the name of another one: many notices of the LGPL say "See
        // the GNU General Public License for more details". A licence that is only pointed to counts where none is granted.
        Match[] granting = [.. mentions.Where(match => !PointsToText().IsMatch(plain[Math.Max(0, match.Index - 60)..match.Index]))];
        foreach (Match match in granting.Length == 0 ? mentions : granting)
        {
            string kind = match.Groups["kind"].Value;
            string family = kind is "affero" or "agpl" ? "AGPL" : kind is "" or "gpl" ? "GPL" : "LGPL";
            string around = plain[match.Index..Math.Min(plain.Length, match.Index + match.Length + 260)];
            Match version = GnuVersion().Match(around);
            string number = match.Groups["before"].Success ? match.Groups["before"].Value : version.Groups["v"].Value;
            bool later = around.Contains("later version", StringComparison.Ordinal) || around.Contains("or later", StringComparison.Ordinal)
                || around.Contains("or newer", StringComparison.Ordinal) || version.Value.EndsWith('+') || match.Groups["late"].Success;
            found.Add((family, number, later));
        }

        // A notice that says "or later" says so for every other mention of the same version.
        found.RemoveAll(
            item => !item.Later
                && found.Exists(
                    other => other.Later
                        && other.Family == item.Family
                        && other.Version.TrimEnd('0', '.') == item.Version.TrimEnd('0', '.')));

        // "You should have received a copy of the GNU General Public License" names no version of its own.
        bool HasVersion(string family) => found.Exists(other => other.Family == family && other.Version.Length > 0);
        foreach ((string family, string number, bool later) in found.Where(item => item.Version.Length > 0 || !HasVersion(item.Family)))
        {
            string version = number.Length == 0
                ? family switch { "LGPL" => "2.0", "AGPL" => "3.0", _ => "1.0" }
                : number.Contains('.') ? number : number + ".0";
            yield return SpdxLicenses.Find($"{family}-{version}-{(later || number.Length == 0 ? "or-later" : "only")}")
                ?? $"{family}-3.0-or-later";
        }
    }

    private static bool IsStated(NoticeText text, Match match)
    {
        text.Around(match, out ReadOnlySpan<char> before, out ReadOnlySpan<char> after);

        // The name alone, without a word that grants, must end its sentence: "Author: Ada (GPL)".
        return (!match.Groups["bare"].Success || after.Trim(' ').IsEmpty) && !NoticeSentence.IsDenied(before, after)
            && !NoticeSentence.IsDated(before, after);
    }

    // "… BSD license, and data under the Mozilla Public License": the licence of something else follows, and is read by itself.
    // "… is in the public domain and may be used without restrictions" adds nothing.
    [GeneratedRegex(
        @"^ *(?:license )?and (?:the )?[a-z]+ (?:is |are )?(?:licensed |released )?under\b"
        + @"|^ *and may be (?:freely )?used without (?:any )?restrictions? *$",
        RegexOptions.CultureInvariant)]
    private static partial Regex OtherPart();

    private const string Under =
        @"(?:under|license|licensed|released|distributed|terms of|conditions of|provisions of|is) "
        + @"(?:the |a |an |either |one |both |terms |conditions |of |in |by |open source |same |permissive |provisions |standard "
        + @"|terms and conditions |license )*";

    [GeneratedRegex(
        Under + "apache (?:software |public )?(?:license |license v|license version |v|version )*2", RegexOptions.CultureInvariant)]
    private static partial Regex Apache();

    [GeneratedRegex(@"mozilla public license (?:v|version )? ?2", RegexOptions.CultureInvariant)]
    private static partial Regex Mpl2();

    [GeneratedRegex(@"\bmpl ?v? ?2", RegexOptions.CultureInvariant)]
    private static partial Regex Mpl2Short();

    [GeneratedRegex(@"mozilla public license (?:v|version )? ?1\.1", RegexOptions.CultureInvariant)]
    private static partial Regex Mpl11();

    [GeneratedRegex(@"zope public license (?:zpl )?(?:version )?2\.1|\bzpl 2\.1", RegexOptions.CultureInvariant)]
    private static partial Regex Zpl();

    [GeneratedRegex(
        @"licensed to (?:the )?psf under|python software foundation license"
        + "|" + Under + @"(?:psf|python) (?:2\.0 )?license|same (?:license|terms) (?:as|of) python",
        RegexOptions.CultureInvariant)]
    private static partial Regex Psf();

    [GeneratedRegex(Under + "isc license", RegexOptions.CultureInvariant)]
    private static partial Regex Isc();

    [GeneratedRegex(Under + @"boost software license(?: version)?(?: 1)?", RegexOptions.CultureInvariant)]
    private static partial Regex Boost();

    [GeneratedRegex(
        Under + @"(?:(?:new|modified|revised|3 clause|three clause|bsd 3 clause) )+bsd(?: style)?(?: license)?"
        + @"|\bbsd (?:3|three) clause|3 clause bsd",
        RegexOptions.CultureInvariant)]
    private static partial Regex Bsd3();

    [GeneratedRegex(
        Under + @"(?:(?:simplified|2 clause|two clause) )+bsd(?: style)?(?: license)?|\bbsd (?:2|two) clause|2 clause bsd",
        RegexOptions.CultureInvariant)]
    private static partial Regex Bsd2();

    [GeneratedRegex(
        Under + @"bsd (?:style |like |type )?license|license bsd\b|\bbsd (?:style )?license (?:see|that can be found)",
        RegexOptions.CultureInvariant)]
    private static partial Regex Bsd();

    [GeneratedRegex(
        Under + @"(?:(?:mit|expat)(?: x11| expat| mit)?(?: style| like)? license|x11 mit license)"
        + @"|license mit\b|\bmit(?= (?:(?:and|or) )?l?gpl)|(?<=gplv?[0-9.]* )(?:and )?mit\b|\b(?:or|and) (?:the )?(?:mit"
        + @"|expat) license|opensource org licenses mit|\bmit licensed",
        RegexOptions.CultureInvariant)]
    private static partial Regex Mit();

    [GeneratedRegex(
        Under + "(?:creative commons )?(?:cc0|zero)|creative commons zero|creativecommons org publicdomain zero"
        + "|dedicated all copyright and related (?:and|or) neighboring rights to (?:this|the) [a-z]+ to the public domain",
        RegexOptions.CultureInvariant)]
    private static partial Regex Cc0();

    [GeneratedRegex(Under + "unlicense|unlicense org", RegexOptions.CultureInvariant)]
    private static partial Regex Unlicense();

    [GeneratedRegex(
        @"(?<!\bnot )(?<!\bnot (?:in|into) the )(?<!\bno longer in the )(?<!\bnon )public domain", RegexOptions.CultureInvariant)]
    private static partial Regex PublicDomain();

    [GeneratedRegex(Under + @"eclipse public license(?: v| version)? ?1", RegexOptions.CultureInvariant)]
    private static partial Regex Epl1();

    [GeneratedRegex(Under + @"eclipse public license(?: v| version)? ?2", RegexOptions.CultureInvariant)]
    private static partial Regex Epl2();


    [GeneratedRegex(
        @"(?<!common licenses )(?:(?:version |v)?(?<before>[123](?:\.[01])?)(?<late>\+| or later| or any later version)? of the )?"
        + @"gnu (?:(?<kind>affero|lesser|library|library or lesser|lesser or library) )?(?:general public license|gpl\b)"
        + @"|(?<=\bunder (?:the )?)(?<kind>agpl|lgpl|gpl)\b"
        + @"|(?<=\b(?:ported|copied|derived|taken|adapted|borrowed|converted) from (?:the |a |an |some )?)(?<kind>agpl|lgpl|gpl)\b"
        + @"|(?<!common licenses )\b(?<kind>agpl|lgpl|gpl)(?= ?(?:v|ver|version)? ?[123]|license| license)"
        + @"|(?<=\blicense (?:is |the )?)(?<kind>agpl|lgpl|gpl)\b|(?<bare>\b(?<kind>agpl|lgpl|gpl)\b)",
        RegexOptions.CultureInvariant)]
    private static partial Regex GnuLicense();

    [GeneratedRegex(
        @"(?:\bsee (?:the )?|(?:copy|text|texts|copies) of (?:the )?(?:version [0-9.]+ of the )?)$", RegexOptions.CultureInvariant)]
    private static partial Regex PointsToText();

    // What the names of these licences say, their ids say too.
    [GeneratedRegex(
        @"(?:creative commons|cc)(?: by| attribution)(?: (?:nc|nd|sa|non ?commercial|no ?derivatives?|no ?derivs|share ?alike))+",
        RegexOptions.CultureInvariant)]
    private static partial Regex CreativeCommonsName();

    // "LLVM-exception" (https://spdx.org/licenses/LLVM-exception.html) speaks of other software under the GPL.
    [GeneratedRegex(
        @"if you combine or link compiled forms of this software with software that is licensed under the gplv2 combined "
        + @"software and if a court.{0,300}?conflicts with the conditions of the gplv2",
        RegexOptions.CultureInvariant)]
    private static partial Regex LlvmException();

    [GeneratedRegex(@"(?:version |\bv ?|gpl ?v? ?|license )(?<v>[123](?:\.[01])?)\+?", RegexOptions.CultureInvariant)]
    private static partial Regex GnuVersion();

    [GeneratedRegex(
        @"usr share common licenses (?<name>apache 2\.0|cc0 1\.0|mpl [12]\.[01]|gpl [123]|lgpl (?:2\.1|[23])|gfdl 1\.[23]|bsd|artistic)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex CommonLicense();

    [GeneratedRegex(
        @"dual licensed?\b(?! both)|\beither (?!version|express|implied|in |case|way|directly)|your choice|you may choose|multi licensed"
        + @"|alternatively",
        RegexOptions.CultureInvariant)]
    private static partial Regex Choice();
}
