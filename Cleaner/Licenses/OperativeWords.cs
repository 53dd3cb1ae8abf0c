using System.Text;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// Words that grant, forbid or demand. A copy of a licence may differ from its template in names and small words; where it differs in one
/// of these it is another licence.
/// </summary>
internal static class OperativeWords
{
    private static readonly HashSet<uint> Words = [.. """
        not no non never none only solely exclusively must shall cannot require requires required requirement prohibit prohibited
        prohibits forbid forbidden restrict restricted restriction restrictions commercial commercially noncommercial sell selling sale
        sold resale fee fees charge charged royalty royalties royaltyfree except unless exception excluding provided permission
        permissions permitted permit permits consent approval acknowledgment acknowledgments acknowledge acknowledges advertising notify
        compete competing competitive evil good military weapon weapons nuclear academic evaluation noncommercially revoke revoked
        terminate terminated expire expires pay payment purchase allowed allow disallowed sublicense redistribute redistributed
        redistribution modify modified modification modifications derivative derivatives distribute distributed publish merge use used
        copy source binary prominent prominently display retain reproduce with without any person persons granted rights right subject
        condition conditions individuals companies hosted hosting saas service ethical harm human surveillance
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
        .Select(word => LicenseWords.Hash(Encoding.ASCII.GetBytes(word)))];

    /// <summary>Whether the word decides what may be done.</summary>
    public static bool Contains(uint word) => Words.Contains(word);
}

/// <summary>
/// Phrases that, beside a licence's text, withdraw some of the rights it grants, or that are in licences that SPDX does not list.
/// </summary>
internal static class RestrictingPhrases
{
    private static readonly Dictionary<uint, uint[][]> ByFirst = new string[]
    {
        "commons clause", "noncommercial", "non commercial", "noncommercially", "not for commercial", "commercial use",
        "commercial purposes", "commercial product", "commercial products", "commercially", "commercial license", "commercial advantage",
        "shall not", "may not", "must not", "can not", "cannot", "not permitted", "not allowed", "not grant", "not granted",
        "not include the right", "prohibited", "prohibits", "forbidden", "forbid", "disallowed", "strictly", "only be used", "used only",
        "use only", "only for", "only if", "only in", "solely for", "exclusively for", "research purposes", "academic",
        "educational purposes", "educational use", "evaluation purposes", "personal use", "internal use", "private use",
        "additional restriction", "additional restrictions", "additional condition", "additional conditions", "additional term",
        "additional terms", "following restriction", "following restrictions", "right to sell", "sell", "sold", "resale", "compete",
        "competing", "competitive", "advertising", "must display", "must include", "must be", "must", "acknowledgment", "prior written",
        "written consent", "written permission", "prior permission", "no derivative", "no derivatives", "evil", "military", "weapons",
        "nuclear facilities", "nuclear facility", "nuclear weapons", "surveillance", "except that", "except for", "with the exception",
        "on the condition", "under the condition",
        "you shall", "you agree", "are required to", "is required to", "requires a", "require a", "purchase", "royalty", "fee", "fees",
        "expire", "expires", "trial", "ethical", "harm", "not use", "not redistribute", "not distribute", "not modify", "restricted to",
        "limited to use", "if and only", "unless", "training of", "to train", "proprietary", "confidential",
    }.Select(LicenseTemplates.Phrase).GroupBy(phrase => phrase[0]).ToDictionary(group => group.Key, group => group.ToArray());

    // Words that restrict elsewhere and do not here. The notices that the Apache and Mozilla licences ask for precede their texts, and
    // demand no more than these do; the others say which files a text is about.
    private static readonly uint[][] Harmless =
    [
        .. new[]
        {
            // How the texts of the GPL end.
            "general public license does not permit incorporating your program into proprietary programs",
            "consider it more useful to permit linking proprietary applications with the library",
            "may not use this file except in compliance with the license", "unless required by applicable law", "unless otherwise noted",
            "unless otherwise stated", "unless otherwise specified", "unless otherwise indicated", "unless otherwise mentioned",
            "unless explicitly stated otherwise", "unless stated otherwise", "unless noted otherwise", "unless specified otherwise",
            "unless indicated otherwise", "unless otherwise explicitly stated",
            "except as otherwise noted", "except where otherwise noted", "except where noted",
            "except for files", "except for some", "except for those", "free of any fee", "cannot thank", "can not thank",
        }.Select(LicenseTemplates.Phrase),
    ];

    /// <summary>Where the first restricting phrase begins, or −1.</summary>
    public static int IndexIn(ReadOnlySpan<uint> words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            if (LengthOfHarmless(words[i..]) is > 0 and int length)
            {
                i += length - 1;
                continue;
            }

            if (ByFirst.TryGetValue(words[i], out uint[][]? phrases))
            {
                foreach (uint[] phrase in phrases)
                {
                    if (words[i..].StartsWith(phrase))
                    {
                        return i;
                    }
                }
            }
        }

        return -1;
    }

    private static int LengthOfHarmless(ReadOnlySpan<uint> words)
    {
        foreach (uint[] phrase in Harmless)
        {
            if (words[0] == phrase[0] && words.StartsWith(phrase))
            {
                return phrase.Length;
            }
        }

        return 0;
    }
}

/// <summary>Phrases by which a text grants rights; a text with one that no known licence explains is an unknown licence.</summary>
internal static class GrantPhrases
{
    private static readonly uint[][] Phrases =
    [
        .. new[]
        {
            "permission is hereby granted", "permission is granted", "permission to use copy modify", "redistribution and use",
            "is hereby granted", "you may use", "you are free to", "hereby grants", "free to use", "may be copied", "may be used",
            "may be distributed", "may be redistributed", "can be used", "licensed under", "released under", "distributed under",
            "under the terms", "permission to copy", "permission to use", "freely distributable", "is provided under",
        }.Select(LicenseTemplates.Phrase),
    ];

    // How the Apache licence tells to apply it: an example, with blanks for the names.
    private const int MaxAppendix = 250;
    private static readonly uint[] Appendix = LicenseTemplates.Phrase("how to apply the apache license to your work");
    private static readonly uint[] AppendixEnd = LicenseTemplates.Phrase("limitations under the license");

    /// <summary>Whether one of the phrases is among the words.</summary>
    /// <param name="words">The words.</param>
    /// <param name="hasAppendix">Whether they stand beside the Apache licence, whose appendix grants nothing by itself.</param>
    public static bool IsIn(ReadOnlySpan<uint> words, bool hasAppendix)
    {
        if (hasAppendix && words.IndexOf(Appendix) is >= 0 and int start
            && words[start..].IndexOf(AppendixEnd) is >= 0 and <= MaxAppendix and int length)
        {
            return IsIn(words[..start]) || IsIn(words[(start + length)..]);
        }

        return IsIn(words);
    }

    /// <summary>Whether one of the phrases is among the words.</summary>
    public static bool IsIn(ReadOnlySpan<uint> words)
    {
        foreach (uint[] phrase in Phrases)
        {
            if (words.IndexOf(phrase) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
