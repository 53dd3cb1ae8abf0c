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
        for (int i = 0; i <= text.Breaks.Count; i++)
        {
            int end = i < text.Breaks.Count ? text.Breaks[i] : text.Plain.Length;
            if (end <= start)
            {
                continue;
            }

            string sentence = PastLicense().Replace(Harmless().Replace(text.Plain[start..end], " "), " ");
            start = end;
            index++;
            if (Disclaimer().IsMatch(sentence))
            {
                continue;
            }

            bool speaks = Rights().IsMatch(sentence);
            if (speaks && (Denial().IsMatch(sentence) || Condition().IsMatch(sentence) || Time().IsMatch(sentence)))
            {
                return sentence;
            }

            last = speaks ? index : last;
            bool isClause = Clause().IsMatch(sentence) && (isFile || Work().IsMatch(sentence));
            pending = isClause ? index : pending;
            if ((isClause && (isFile || index - last <= Nearby)) || (speaks && index - pending <= Nearby))
            {
                return sentence;
            }
        }

        return null;
    }

    // What the usual notices and texts say, and what restricts nobody.
    [GeneratedRegex(
        @"unless required by applicable law(?: or agreed to in writing)?"
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
        + @"|(?:can|could) not (?:thank|have)|permission is hereby granted|all rights reserved|free of (?:any )?(?:charge|fee)s?"
        + @"|if (?:applicable|any|you (?:elect|choose|prefer|accept|find|like|have questions|use this|would like))|with or without"
        + @"|(?:at|for) your option"
        + @"|(?:this|the|these|above) (?:[a-z]+ ){0,2}(?:notices?|headers?|comments?|lines?|message|text) (?:may|must|should"
        + @"|shall) (?:not )?(?:be )?[a-z]+"
        + @"|provided that the following conditions are met|in accordance with|if you did not receive[^\n]{0,60}|no copyright",
        RegexOptions.CultureInvariant)]
    private static partial Regex Harmless();

    [GeneratedRegex(
        @"\b(?:warrant(?:y|ies)|liab(?:le|ility)|merchantability|as is|damages|endorse|responsib(?:le|ility)|in no event"
        + @"|if you combine or link compiled forms|embedded into an object form)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Disclaimer();

    // What was less free once and is not now: the sentence says when, and that it is over.
    [GeneratedRegex(
        @"(?:until [a-z0-9 ]{0,40})?\b(?:was|were) (?:once |originally |previously |formerly |first )?(?:licensed|distributed"
        + @"|released|available)"
        + @" under [a-z0-9.' ]{0,50}(?:gpl|general public|non ?commercial|proprietary)[a-z0-9.+]*",
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

    [GeneratedRegex(
        @"\b(?:not|never|none|nothing|excluded|excludes|exempt|exempted|contrary|withdrawn|withdraws?|revoked?|revokes|void|cancell?ed"
        + @"|terminates?|terminated|expires?|expired|lapses?|ends|ended|cannot|nobody|denied|refused|instead of|no longer|cease[sd]?"
        + @"|no (?:licenses?|rights?|permissions?|grants?|part)|rights are reserved|reference only|information only)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Denial();

    [GeneratedRegex(
        @"\b(?:only (?:if|when|while|for|by|to|as|after|in|on|under|possible|available|valid)|commercial licen[sc]es?|bought|provided"
        + @"|so long as|as long as|on condition|under the condition|additional conditions?"
        + @"|(?:further|extra|special|additional) (?:conditions?|terms?|restrictions?|requirements?|limitations?)|limited to"
        + @"|restricted|condition that"
        + @"|following conditions?|unless|except|if (?:you|it|they|your|the|used|and|no)|notwithstanding|valid|must|shall|agree"
        + @"|agrees|requires? (?:a|an|the|prior|that|you)"
        + @"|forbidden|prohibited|fee|royalty|royalties|subscription|payment|pay|purchase|non ?commercial|non ?profit|not for profit"
        + @"|commercial use"
        + @"|for (?:academic|research|educational|evaluation|personal|testing|private|internal|teaching)[a-z ]{0,20}(?:use|purposes?))\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Condition();

    [GeneratedRegex(
        @"\b(?:until|till|since then|becomes?|become|will be|years? after|months? after|days? after|formerly|previously|no longer"
        + @"|used to be|was once"
        + @"|(?:before|after|by|from|on|as of|since) (?:[0-9]{1,2} )?(?:january|february|march|april|may|june|july|august|september"
        + @"|october"
        + @"|november|december|20[0-9]{2})|change date|series (?:was|is|were)|(?:licenses?|versions?|releases?"
        + @"|draft) (?:[a-z0-9.]+ ){0,4}(?:was|were)|back then|at that time"
        + @"|was (?:under|available under))\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Time();

    // A clause about rights by itself.
    [GeneratedRegex(
        @"\b(?:forbidden|forbids?|prohibited|prohibits?|disallowed|outlawed|unlawful)\b"
        + @"|\b(?:not|never|nobody is|only be|only) (?:be )?(?:permitted|allowed|entitled|authori[sz]ed|licensed|granted|extend"
        + @"|open source)\b"
        + @"|\b(?:may|must|shall|can|do|does|should|will|cannot|are|is) ?(?:not|never|only)? (?:to )?(?:be )?(?:only )?(?:(?<=not "
        + @"|never |only |cannot )(?:use[ds]?|cop(?:y|ied)"
        + @"|modif(?:y|ied)|distributed?|redistributed?|sold|sell|published?|made|make|offer|offered|host|hosted|train|trained|share"
        + @"|shared|reproduced?"
        + @"|disclosed?|combined?|incorporated?|extends?|compete|remove|circumvent|bypass|go around|work around|disable|charge"
        + @"|sublicensed?|rent|lease|resell|deploy|deployed|evaluated|run|operated?))\b"
        + @"|\b(?:requires?|needs?|subject to|upon|against|needed|required)\b.{0,60}\b(?:licen[sc]es?|permission|consent|fees?"
        + @"|payment|approval|royalt(?:y|ies)"
        + @"|subscription|agreement)\b"
        + @"|\b(?:restricted|limited|confined|reserved) to\b|\b(?:evaluated|used|use|usage|valid|available|granted|provided) (?:only"
        + @"|solely|exclusively)\b"
        + @"|\bfor (?:[a-z]+ ){0,2}(?:testing|evaluation|academic|educational|research|non ?commercial|personal|private|internal|teaching"
        + @"|demonstration|trial) (?:purposes?|use|only)\b|\b(?:purposes?|use) only\b"
        + @"|\b(?:licen[sc]es?|permissions?|grants?|rights?)\b.{0,60}\b(?:ends|expires?|terminates?|lapses?|withdrawn|revoked|void"
        + @"|cancell?ed|not extend)\b"
        + @"|\b(?:withdraw|revoke|terminate|cancel)\b.{0,40}\b(?:licen[sc]es?|permissions?|grants?|rights?)\b"
        + @"|\bagrees? (?:not )?to\b|\brights are reserved\b|\bno (?:rights?|licen[sc]es?|permissions?)\b|\bas long as\b"
        + @"|\bgrants? nothing\b"
        + @"|\b(?:annual|monthly|yearly) (?:fee|subscription|payment)\b|\bnon ?(?:commercial|profit)\b|\bmay be evaluated\b"
        + @"|\bnotwithstanding\b"
        + @"|\b(?:you|users?|recipients?|licensees?|everyone|anyone|who|whoever|organi[sz]ations?|compan(?:y|ies)) .{0,60}\b(?:must"
        + @"|shall|ha(?:ve|s) to|needs? to|are to) "
        + @"(?:be |also |not |then |always |first )?(?:paid?y?|send|sent|notify|offer|publish|display|report|register|delete|destroy"
        + @"|inform|ask|obtain|acquire|buy"
        + @"|show|return|contribute|give|provide|make|donate|credit|disclose|keep)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Clause();

    [GeneratedRegex(
        @"\b(?:this|the|our) (?:software|program|file|code|source|work|library|module|package|project|license|licence|permission"
        + @"|grant|rights|terms|authors?|owner|owners|product|material"
        + @"|licensees?|users?|recipients?)\b"
        + @"|\b(?:use|usage|users?|recipients?|licensees?|redistribution|distribution|redistributions|copies|modified versions?"
        + @"|derivatives?|derivative works?|permission|rights|license|commercial|everyone|anyone|companies|you)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Work();
}
