using System.Buffers;
using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>Clauses of a notice that forbid or restrict, whatever else grants: the file is not free to take.</summary>
internal static partial class RestrictingNotices
{
    /// <summary>Whether the words forbid or restrict the use of the work.</summary>
    public static bool IsIn(string plain) =>
        (plain.AsSpan().ContainsAny(Cues) && Clause().IsMatch(plain)) || (plain.AsSpan().ContainsAny(Denials) && Denial().IsMatch(plain));

    // Each clause has one of these.
    private static readonly SearchValues<string> Cues = SearchValues.Create(
        [
            "commercial", "commons clause", "use only", "purpose only", "purposes only", "only for ", "solely for ", "limited to ",
            "free for ", "confidential", "unauthori", "proprietary", "trade secret", "prohibited", "forbidden", "not allowed",
            "not permitted", "do not ", "not for ", "no part of", "decompiled from", "same license", "same terms", "license key",
            "property of",
        ],
        StringComparison.Ordinal);

    // The usual notice of the Apache licence has one, and none of the others.
    private static readonly SearchValues<string> Denials = SearchValues.Create(
        ["may not ", "must not ", "shall not ", "can not "], StringComparison.Ordinal);

    [GeneratedRegex(
        @"^(?:copyright [a-z0-9 ]{0,40} )?(?:property of (?!(?:its|their) )|[a-z]+ (?:inc |corp |ltd )?confidential\b)"
        + @"|\b(?:decompiled from|non ?commercial(?:ly)?\b|commons clause|(?:not for|no|prohibits?) commercial|(?:research|academic"
        + @"|educational"
        + @"|evaluation|personal"
        + @"|internal|private) (?:use|purposes?) only|(?:only for|solely for|limited to) (?:[a-z]+ ){0,2}(?:research|academic|educational"
        + @"|evaluation|personal|internal) (?:use|purposes?)|free for (?:academic|research|personal|educational)"
        + @"|commercial (?:use|usage|users|applications?|purposes?|deployment)\b.{0,30}\b(?:requires?|needs?|contact|must"
        + @"|prohibited|separate"
        + @"|not (?:allowed|permitted)|forbidden|purchase|license|licensing)"
        + @"|proprietary and confidential|confidential and proprietary|unauthori[sz]ed (?:copying|use|distribution|reproduction)"
        + @"|(?:this|is|are) (?:acme|[a-z]+ )?confidential\b|license proprietary|(?:this|is|now|becomes) proprietary"
        + @"|proprietary (?:license|software of|information|to|source)"
        + @"|trade secret|(?:reproduction|(?:photo)?copying|distribution|redistribution|(?:re|mis)?use|modification)\b[^\n]{0,60}\b(?:is"
        + @"|are) (?:strictly )?(?:not (?:allowed"
        + @"|permitted)|prohibited|forbidden)|same (?:license|terms)(?: and conditions)? as (?:the )?(?:perl|linux|ruby|vim|emacs|php"
        + @"|mysql|gcc"
        + @"|qt)\b|(?:needs?|requires?) (?:a |an )?(?:valid )?license key|(?:is|are|remains?) (?:the )?(?:sole |exclusive "
        + @"|intellectual )?property of"
        + @" (?!(?:its|their) )|company confidential|do not (?:distribute|redistribute|copy|share)|not for (?:re)?distribution"
        + @"|strictly (?:prohibited|forbidden)|no part of (?:this|the) .{0,60} may be)",
        RegexOptions.CultureInvariant)]
    private static partial Regex Clause();

    [GeneratedRegex(
        @"\b(?:may|must|shall|can) not (?:be (?:copied|reproduced|disclosed|distributed|redistributed|modified|shared|sold"
        + @"|used (?!to endorse|in adv))"
        + @"|(?:offer|sell|use|provide|copy|redistribute|distribute|host|resell|share"
        + @"|run|execute|modify|change|publish|deploy|compile|train)"
        + @"(?! this file except| this work except| the software except| this software except| (?:the )?.{0,30}except in compliance))",
        RegexOptions.CultureInvariant)]
    private static partial Regex Denial();
}
