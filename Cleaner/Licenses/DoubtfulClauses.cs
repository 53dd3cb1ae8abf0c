using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// Clauses about the rights in a work that deny them, bind them to a condition, or end them. What stands beside a licence and has such a
/// clause is not understood: the whole is unknown. Disclaimers, and the clauses of the usual notices, are none.
/// </summary>
internal static partial class DoubtfulClauses
{
    // In a source file a clause is about its licence where the sentences next to it are.
    private const int Nearby = 2;

    // The same, with the copyright lines between them.
    private const int Around = Nearby + 2;

    // Characters of a line that says no more than the name of a licence.
    private const int MaxTitle = 80;

    /// <summary>Whether a text has such a clause.</summary>
    /// <param name="text">The text, with its sentences.</param>
    /// <param name="isFile">
    /// Whether all of it is about rights, as in a licence file. In a source file or a README only sentences that speak of a licence, and
    /// those next to them, are.
    /// </param>
    public static bool IsIn(NoticeText text, bool isFile) => FirstIn(text, isFile) is not null;

    /// <summary>The first sentence with such a clause, in lower case and without punctuation; null where there is none.</summary>
    /// <param name="text">The text, with its sentences.</param>
    /// <param name="isFile">Whether all of it is about rights.</param>
    public static string? FirstIn(NoticeText text, bool isFile)
    {
        int last = -2 * Nearby;
        int pending = -2 * Nearby;
        int index = 0;
        int start = 0;
        int block = 0;
        bool[]? isNear = isFile ? null : NearLicense(text);
        for (int i = 0; i <= text.Breaks.Count; i++)
        {
            int end = i < text.Breaks.Count ? text.Breaks[i] : text.Plain.Length;
            if (end <= start)
            {
                continue;
            }

            while (block < text.Blocks.Count && text.Blocks[block] <= start)
            {
                // What stands in another comment or string is not about this one.
                block++;
                (last, pending) = (-2 * Nearby, -2 * Nearby);
            }

            if (isNear is not null && !isNear[i])
            {
                start = end;
                index++;
                continue;
            }

            start += text.Plain[start] == ' ' ? 1 : 0;
            string whole = text.Plain[start..end].TrimEnd(' ');
            string cased = text.Cased[start..end];
            start = end;
            index++;
            if (isFile)
            {
                if (IsDoubtfulInFile(whole, cased))
                {
                    return whole;
                }

                continue;
            }

            HeaderSentence said = OfHeader(whole, cased);
            if (said.IsDoubtful)
            {
                return whole;
            }

            if (said.IsDisclaimer)
            {
                continue;
            }

            // A copyright line separates nothing: the sentences around it are next to each other.
            index -= said.IsCopyright ? 1 : 0;
            (bool speaks, bool mayTake) = (said.Speaks, said.MayTake);
            last = speaks ? index : last;
            pending = mayTake ? index : pending;
            if ((mayTake && index - last <= Nearby) || (speaks && index - pending <= Nearby))
            {
                return whole;
            }
        }

        return null;
    }

    private static bool IsDoubtfulInFile(string whole, string cased)
    {
        bool isDisclaimer = IsDisclaimer(whole);
        if (!isDisclaimer && (CopyrightOnly().IsMatch(whole) || IsTitle(whole)))
        {
            return false;
        }

        (string judged, string sentence, SentenceRole roles) = Judged(whole, cased);
        return isDisclaimer
            ? Burden().IsMatch(sentence)
            : !(NeutralSentences.Is(sentence, roles)
                && (NeutralSentences.IsSettled(sentence) || PlainSentences.IsUnderstood(judged, cased, roles)));
    }

    // A sentence without what is harmless: with its words at their places, and without the blanks.
    private static (string Judged, string Sentence, SentenceRole Roles) Judged(string whole, string cased)
    {
        string judged = SentenceCues.MayBeHarmless(whole) ? Harmless().Replace(whole, Blank) : whole;
        judged = WithoutAddresses(SentenceCues.MayBePast(judged) ? PastLicense().Replace(judged, Blank) : judged, cased);
        string sentence = judged.Contains("  ", StringComparison.Ordinal) ? Blanks().Replace(judged, " ") : judged;
        sentence = sentence.Trim(' ');
        return (judged, sentence, SentenceRoles.Of(sentence));
    }

    private static bool IsDisclaimer(string whole) => SentenceCues.MayDisclaim(whole) && Disclaimer().IsMatch(whole);

    // The name of a permissive licence and nothing else.
    private static bool IsTitle(string whole) =>
        whole.Length <= MaxTitle && whole.Contains("license", StringComparison.Ordinal)
        && LicenseNames.ToSpdx(whole) is { } id && SpdxExpression.IsPermissive(id);

    // Which sentences have words of a licence in them or next to them: the others need not be read.
    private static bool[] NearLicense(NoticeText text)
    {
        var isNear = new bool[text.Breaks.Count + 1];
        int start = 0;
        for (int i = 0; i < isNear.Length; i++)
        {
            int end = i < text.Breaks.Count ? text.Breaks[i] : text.Plain.Length;
            if (end > start && (SentenceRoles.Of(text.Plain.AsSpan(start, end - start)) & (SentenceRole.Right | SentenceRole.Name)) != 0)
            {
                isNear.AsSpan(Math.Max(0, i - Around), Math.Min(isNear.Length, i + Around + 1) - Math.Max(0, i - Around)).Fill(true);
            }

            start = end;
        }

        return isNear;
    }

    // Words of addresses and file names say nothing; zeros stand for them.
    private static string WithoutAddresses(string judged, string cased)
    {
        return !cased.Contains('0') ? judged : string.Create(judged.Length, (judged, cased), static (span, texts) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = texts.cased[i] == '0' && texts.judged[i] != ' ' ? '0' : texts.judged[i];
            }
        });
    }

    // What is judged already gives way to blanks, so that the words keep their places.
    private static string Blank(Match match) => new(' ', match.Length);

    // A sentence that begins with the name of a licence: "MIT license for individuals".
    [GeneratedRegex(
        @"^(?!licen)(?:[a-z0-9.+]+ ){1,6}licen[cs]es?\b(?! (?:plate|key|server|manager|checker|header|headers|field|metadata"
        + @"|classifier|string"
        + @"|number|url|id|identifier|detect|check|scan))"
        + @"|^(?:the )?(?:bsd (?:[23]|two|three) clause|apache (?:v|version )?2(?:\.0)?) (?:with|for|plus|but|except|only|unless|until)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Title();

    // A copyright line, whatever the holder is called.
    [GeneratedRegex(
        @"^(?:(?:p|dnl|portions|parts|modifications|original work|spdx) )*(?:copyrights?|filecopyrighttext|c(?= [0-9]{4}))\b(?!.*\b(?:for"
        + @"|not|no|only"
        + @"|never|may|must|shall|cannot|can|without|until|unless|under|use[ds]?|permissions?|commercial|confidential|proprietary|private"
        + @"|internal|restricted|licen[cs]e[ds]?)\b)",
        RegexOptions.CultureInvariant)]
    private static partial Regex CopyrightOnly();

    [GeneratedRegex(" {2,}", RegexOptions.CultureInvariant)]
    private static partial Regex Blanks();

    // What the usual notices and texts say, and what restricts nobody. The boundary in front makes it five times faster to search for.
    [GeneratedRegex(
        @"\b(?:in this position and unchanged|share and enjoy|(?:(?:is|are) )?not (?:subject to copyright|copyrighted|copyrightable)"
        + @"|free (?:of|from) (?:any |all )?(?:restriction|limitation)s?|some rights reserved|however you (?:see fit|like|want|wish)"
        + @"|(?:except that )?(?:you|one) (?:don t|do not) (?:need|have) to (?!.*\b(?:unless|until|if|but|when|only|long|till|then)\b).*$"
        + @"|(?:don t|do not) (?:need|have) to (?:[a-z]+ ){0,2}|it does not include third party code|usr share common licenses"
        + @"|contains no (?:[a-z]+ ){0,3}(?:gnu|l?gpl)[a-z0-9. ]{0,90}"
        + @"|(?<=gpl v?[0-9.]{1,3}) only"
        + @"|with (?:the )?llvm exceptions?|unless required by applicable law(?: or agreed to in writing)?"
        + @"|(?:you )?may not use (?:this|the|these) (?:[a-z]+ ){1,3}except in compliance with the license"
        + @"|without warranties or conditions of any kind(?: either express or implied)?"
        + @"|see the license for the specific language governing (?:permissions and )?limitations under the license"
        + @"|subject to the (?:following )?(?:terms|provisions|conditions|license)(?: and conditions| and limitations| below| of| in)*"
        + @"|not limited to|if not (?:see|write|you|please|it|contact|go|visit)|either express(?:ed)? or implied"
        + @"|(?:may|must|shall|can|should|will) (?:not )?be used (?:to endorse|in advertising)"
        + @"|without (?:specific )?(?:written )?prior (?:written )?permission"
        + @"|(?:unless|except)(?: for)?(?: where| when| as| if)? (?:(?:it is|is|are|explicitly|specifically|expressly|otherwise"
        + @"|individually) )*"
        + @"(?:otherwise|stated|noted|specified|indicated|mentioned)(?: otherwise| differently)?"
        + @"|without (?:any )?(?:restrictions?|limitations?|conditions?)|(?:no|not any|absolutely no) (?:restrictions?|limitations?)"
        + @"|(?:can|could) not (?:thank|have)|permission is hereby granted|(?:all )?(?:copy)?rights reserved"
        + @"|free of (?:any )?(?:charge|fee)s?"
        + @"|if (?:applicable|any|you (?:find|like|have questions|use this|would like))|with or without"
        + @"|(?:at|for) your option"
        + @"|(?:this|the|these|above) (?:[a-z]+ ){0,2}(?:notices?|headers?|comments?|lines?|message|text) (?:may|must|should"
        + @"|shall) (?:not )?(?:be )?[a-z]+"
        + @"|(?:is|are) not (?:required|needed|necessary|found) (?:for|to|in|by)|or restrictions above|end of terms and conditions"
        + @"|(?<=license )agreement|(?<=terms) and conditions|(?<=licensed) version"
        + @"|(?:personal|private|academic|non ?commercial) (?:and|or) commercial|commercial (?:and|or|as well as) (?:non ?commercial"
        + @"|personal"
        + @"|private|academic)|and others\b|not derived from licensed software|if no restrictions|under a contributor agreement"
        + @"|(?:is |are )?(?:osi|fsf) approved|(?:is |are )?approved by the (?:osi|fsf|open source initiative)"
        + @"|by (?:downloading|using|copying|installing)[a-z ]{0,40} you (?:agree|are agreeing|accept|indicate your acceptance) (?:to"
        + @"|of) (?:the"
        + @"|these|this) (?:following )?(?:terms|conditions|license)"
        + @"|(?:and )?this (?:[a-z]+ ){0,2}(?:file|snippet|module|script) (?:snippet )?only|except (?:for )?(?:portions|parts"
        + @"|files) (?:as )?noted"
        + @"|(?:all |both |the )?(?:authors?|contributors|copyright holders) (?:have )?(?:agreed?|agrees|consented) to (?:re)?license"
        + @"|(?:with|by) (?:the )?(?:consent|agreement|permission) (?:of|from) (?:all|the) (?:authors?|developers|contributors"
        + @"|copyright holders)"
        + @"|(?:was|were|(?:has|have) been) relicensed (?:from (?:the )?[a-z0-9.]+(?: [a-z0-9.]+){0,3}? )?(?:to|under)"
        + @"|since (?:version |release )?[0-9][0-9.]*|who (?:has |have )?agreed to (?:this|the) license"
        + @"|commercial support (?:is )?(?:available|offered|provided)|(?:appendix )?(?:how )?to apply the apache license to your work"
        + @"|attach the following boilerplate notice[a-z ]*|don t include the brackets|we also recommend that a file or class name[a-z ]*"
        + @"|the text should be enclosed in the appropriate comment syntax[a-z ]*"
        + @"|(?:you can )?learn more about [a-z ]{0,40} by visiting"
        + @"|(?:(?:this|the) )?(?:work|development|research|project|software) (?:was|is|has been) (?:[a-z]+ )?(?:supported|funded"
        + @"|sponsored) (?:in part )?by (?!.{0,120}\b(?:only|not|must|shall|for|if|until)\b)(?:[a-z0-9]+ ){1,14}(?:grants?|contract|award)"
        + @"(?: (?:no|number|nr|agreement))*(?: [a-z0-9]*[0-9][a-z0-9]*)+"
        + @"|if you use (?:this|the) (?:[a-z]+ ){1,8}we (?:would|will|d) (?:be (?:glad|happy|pleased|grateful)|appreciate|love)"
        + @" (?:[a-z]+ ){0,3}(?:a )?(?:citation|acknowledg?e?ment|reference)"
        + @"|provided that the following conditions are met|in accordance with|if you did not receive[^\n]{0,60}|no copyright)",
        RegexOptions.CultureInvariant)]
    private static partial Regex Harmless();

    [GeneratedRegex(
        @"\b(?:warrant(?:y|ies)|liab(?:le|ility)|merchantability|as is|damages|endorse|responsib(?:le|ility)|in no event"
        + @"|with all faults|entire risk|loss of use"
        + @"|if you combine or link compiled forms|embedded into an object form)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Disclaimer();

    // What a disclaimer must not say.
    [GeneratedRegex(
        @"\b(?:pay|pays|paid|payment|fees?|royalt(?:y|ies)|purchase|subscription|revoked?|expires?|terminates?|prohibited|forbidden"
        + @"|indemnify|non ?commercial|reserved to|only for|licensed to)\b"
        + @"|\b(?:you|users?|licensees?|recipients?) (?:must|shall|may (?:not|only)|agree|undertake)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Burden();

    // What was less free once and is not now: the sentence says when, and that it is over.
    [GeneratedRegex(
        @"(?:until [a-z0-9 ]{0,40})?\b(?:was|were) (?:once |originally |previously |formerly |first )?(?:(?:licensed|distributed"
        + @"|released|available) )?"
        + @"under [a-z0-9.' ]{0,50}(?:gpl|general public|non ?commercial|proprietary)[a-z0-9.+]*"
        + @"|(?:all )?(?:older |earlier |previous )?(?:versions|releases) [a-z0-9. ]{0,20}(?:prior to|before|up to"
        + @"|until) [a-z0-9. ]{0,40}under [a-z0-9. ]"
        + @"{0,40}gpl[a-z0-9.+]*",
        RegexOptions.CultureInvariant)]
    private static partial Regex PastLicense();

    // A sentence that speaks of the licence of something.
    [GeneratedRegex(
        @"\blicensed\b|\b(?:under|of|from|by|in|to|the|following|no|this|any|a"
        + @"|above) (?:[a-z0-9.+]+ ){0,7}?licen[sc]es?\b(?! (?:plate|key|server"
        + @"|manager|checker|header|headers|field|metadata|classifier|string|number|url|id|identifier|detect|check|scan))"
        + @"|\b(?:released|distributed|published|available|redistributed|placed) under\b"
        + @"|\b(?:this|the|that) (?:above |following |same )?(?:permission|grant)\b"
        + @"|\b(?:permission|grant|rights|license|terms|text|notice) (?:above|below)\b"
        + @"|\brights (?:are|is)\b|\bopen source\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Rights();

}
