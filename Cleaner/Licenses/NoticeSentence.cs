using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// What the sentence around the name of a licence says: whether it grants this file under it, or speaks of something else. A permissive
/// licence must be granted. A copyleft one counts as soon as it is named, unless the sentence denies it: it takes no right from anyone.
/// </summary>
internal static partial class NoticeSentence
{
    /// <summary>Whether a sentence takes back what it names: "is not released under", "contains no code under", "GPL-compatible".</summary>
    public static bool IsDenied(ReadOnlySpan<char> before, ReadOnlySpan<char> after) =>
        Denial().IsMatch(before) || Compatible().IsMatch(after);

    /// <summary>Whether a sentence speaks of another time: "until 2013", "on the change date".</summary>
    public static bool IsDated(ReadOnlySpan<char> before, ReadOnlySpan<char> after) => Date().IsMatch(before) || DateAfter().IsMatch(after);

    /// <summary>Whether a sentence adds conditions to the licence that it names.</summary>
    public static bool IsConditional(ReadOnlySpan<char> after) => Condition().IsMatch(after);

    /// <summary>Whether the licence is that of something that this work only uses, contains or comes from.</summary>
    public static bool IsForeign(ReadOnlySpan<char> before) => Foreign().IsMatch(before);

    /// <summary>Whether a sentence goes on to speak of its subject: "… come from netlib and are in the public domain".</summary>
    public static bool IsJoined(ReadOnlySpan<char> before) => Joined().IsMatch(before);

    /// <summary>Whether a sentence of a source file's header speaks of that file.</summary>
    /// <param name="before">The sentence before the name.</param>
    /// <param name="match">The words with the name.</param>
    public static bool IsOwn(ReadOnlySpan<char> before, ReadOnlySpan<char> match)
    {
        before = before.Trim(' ');
        if (before.IsEmpty)
        {
            return true;
        }

        bool grants = GrantEnd().IsMatch(before) || GrantStart().IsMatch(match);
        return SelfStart().IsMatch(before) || (grants && !OtherSubject().IsMatch(before));
    }

    /// <summary>Whether a sentence of a README speaks of its project, which it may call by its name.</summary>
    /// <param name="before">The sentence before the name.</param>
    /// <param name="match">The words with the name.</param>
    /// <param name="readme">What the README says before, in lower case; empty where that is not known.</param>
    public static bool IsOfProject(ReadOnlySpan<char> before, ReadOnlySpan<char> match, string readme) =>
        IsOwn(before, match) || (!Other().IsMatch(before) && (readme.Length == 0 || IsNamed(before, readme)));

    // Whether all that a sentence speaks of, up to its verb, is named in the README: "numpy is …", where it is numpy's.
    private static bool IsNamed(ReadOnlySpan<char> before, string readme)
    {
        foreach (Range range in before.Split(' '))
        {
            ReadOnlySpan<char> word = before[range];
            if (Verbs.Contains(word))
            {
                return true;
            }

            if (word.Length > 1 && !SentenceRoles.IsWork(word) && !Connecting.Contains(word)
                && !readme.AsSpan().Contains(word, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Verbs = new HashSet<string>(
        ["is", "are", "was", "has", "have", "uses", "comes", "being", "licensed", "released", "distributed", "available", "provided"],
        StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Connecting = new HashSet<string>(
        [
            "the", "and", "all", "of", "in", "to", "for", "our", "its", "see", "please", "also", "read", "refer", "license", "licenses",
            "licensing", "copyright", "copying", "legal", "more", "details", "information", "here", "current", "latest", "entire", "whole",
            "under", "type", "terms", "as", "by", "same", "main", "core", "note", "version", "versions", "open", "free",
        ],
        StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether "public domain" is followed by a word that it describes, such as "data" or "name system".</summary>
    public static bool IsAttribute(ReadOnlySpan<char> after) => Attribute().IsMatch(after);

    [GeneratedRegex(
        @"\b(?<!if )(?:not|never|no|nor|isn t|aren t|neither|cannot)\b(?! otherwise| warranty| event)(?: [a-z0-9.]+){0,6} ?$"
        + @"|\bcompatible with(?: [a-z0-9.]+){0,4} ?$"

        // The footnote of Python's licence and of those who took it over: "it does not mean that we're distributing Python under the GPL".
        + @"|\bnot mean that(?: [a-z0-9.]+){0,9} ?$|\bunlike(?: the)? ?$"
        + @"|\bcombine [a-z0-9.]+ with other software(?: that is)?(?: released| licensed)?(?: under)?(?: the)? ?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Denial();

    [GeneratedRegex(@"^ ?(?:license )?(?:in)?compatible\b", RegexOptions.CultureInvariant)]
    private static partial Regex Compatible();

    [GeneratedRegex(
        @"\b(?:until|prior to|formerly|previously|originally|used to be|change date|change license|up to version|before version"
        + @"|(?:will|shall) (?:be|become)|versions? (?:[0-9.x]+ )?(?:and|or) (?:earlier|older|before)|(?:earlier|older"
        + @"|previous) versions?)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Date();

    [GeneratedRegex(
        @"^[^\n]{0,60}\b(?:until [12v]|(?:on|after|from) the change date|up to version|before version|(?:from|on"
        + @"|after) [a-z]* ?20[0-9]{2})\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex DateAfter();

    [GeneratedRegex(
        @"^.{0,40}\b(?:with|subject to|under|and|plus) (?:the |these |some |following |certain )*"
        + @"(?:additional|further|extra|special|commons clause|added|following (?:additional|conditions|restrictions|terms|limitations)"
        + @"|modifications|restrictions|conditions)"
        + @"|^.{0,40}\b(?:except (?:that|for commercial)|for (?:non ?commercial|academic|research|personal|educational|evaluation)"
        + @"|but (?:not|only|may|commercial)|only for|if you (?:are|have|agree)|provided (?:that )?you)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Condition();

    [GeneratedRegex(
        @"\b(?:comes? from|came from|taken from|derived from|based (?:up)?on|adapted from|borrowed from|copied from|ported from"
        + @"|portions?|(?<!\bother )(?<!\ball )parts of|(?<=. )part of|some (?:files|code|parts)|(?:which|that|who) (?:is|are|was"
        + @"|were)|inspired by|whose"
        + @"|bundle[sd]?|depends? on)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Foreign();

    [GeneratedRegex(
        @"^(?:these|this|the) (?:files?|code|software|program|work|library) .*\band (?:is|are) (?:[a-z]+ )*$|^(?:which|that) (?:is"
        + @"|are) (?:[a-z]+ )*$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Joined();

    [GeneratedRegex(
        @"^(?:(?:note|notice|license|legal|copyright|c|[0-9]{4}|all rights reserved|by|and) )*"
        + @"(?:this|these|part of|it|its|you may|you can|we|i|all (?:rights|code|files|content)|everything|permission|use of"
        + @"|redistribution|unless"
        + @"|except where|(?:the|our|all) (?!(?:reference|original|upstream|other|companion|parent|third) )(?:[a-z]+ ){0,3}(?:files?"
        + @"|software|program|library|code|module|package|project|sources?|work"
        + @"|script|tool|contents?|rest|following))\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex SelfStart();

    [GeneratedRegex(
        @"(?:licensed|released|distributed|available|provided|published|redistributable|redistributed|covered|governed|dual|placed|put"
        + @"|dedicated|donated|shared|offered|made|license|copyright|free software)(?: (?:in|into|to|under|by|as|is|the|a|an|both|either"
        + @"|hereby|open source|terms|conditions|of|and|or|mit|bsd|apache|gplv?[0-9.]*|lgplv?[0-9.]*|license|[0-9.]+))*$",
        RegexOptions.CultureInvariant)]
    private static partial Regex GrantEnd();

    [GeneratedRegex("^(?:licensed|released|distributed|dedicated)", RegexOptions.CultureInvariant)]
    private static partial Regex GrantStart();

    [GeneratedRegex(
        @"\b(?:is|are|was|were|be|checks?|lists?|knows?|finds?|detects?|downloads?|reads?|loads?|parses?|uses?|chooser|files|packages)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex OtherSubject();

    [GeneratedRegex(
        @"\b(?:(?:made|built|generated|created|written|compiled|produced|tested|comes?|came|ships?|works?) (?:with|by|from|using)"
        + @"|if you (?:need|want|are looking|look)"
        + @"|draft|uses?|using|requires?|see also|similar to|instead of|like|was under|were under|data|dataset|corpus|model|weights)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Other();

    [GeneratedRegex(
        @"^ ?(?:names?|data|datasets?|code|images?|texts?|works?|books?|implementations?|routines?|algorithms?|files?|software"
        + @"|version)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Attribute();
}
