using System.Buffers;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// Parts of words without which an expression about sentences cannot match: of each of its alternatives there is one here that every match
/// contains. Most sentences have none of them, and are searched for all at once in a fraction of the time that the expression takes.
/// </summary>
internal static class SentenceCues
{
    private static readonly SearchValues<string> HarmlessCues = Of(
        "position and unchanged", "share and enjoy", "not copyright", "subject to", "free of ", "free from ", "rights reserved",
        "however you ", "don t ", "do not ", "third party code", "common licenses", "contains no ", "gpl ", "llvm exception", "unless ",
        "except ", "may not use ", "without ", "see the license", "not limited to", "if not ", "either express", "be used ",
        "no restriction", "no limitation", "not any ", "not thank", "not have", "hereby granted", "if applicable", "if any", "if you ",
        "with or ",
        "your option", " may ", " must ", " should ", " shall ", "not required", "not needed", "not necessary", "not found",
        "restrictions above", "end of terms", "license agreement", "terms and conditions", "licensed version", "commercial", "and others",
        "not derived", "contributor agreement", "approved", "by downloading", "by using", "by copying", "by installing", "file only",
        "snippet only", "module only", "script only", "to license", "to relicense", "consent ", "agreement of", "agreement from",
        "permission of", "permission from", "relicensed ", "since ", "agreed to ", "to apply the apache", "attach the", "also recommend",
        "learn more", "supported ", "funded ", "sponsored ", "provided that", "accordance with", "no copyright");

    private static readonly SearchValues<string> PastCues = Of("gpl", "general public", "commercial", "proprietary");

    private static readonly SearchValues<string> DisclaimerCues = Of(
        "warrant", "liab", "merchantability", "as is", "damages", "endorse", "responsib", "in no event", "with all faults", "entire risk",
        "loss of use", "if you combine", "embedded into");

    private static readonly SearchValues<string> TakingCues = Of(
        "profit", "trade secret", "needs ", "off limits", " than ", "up to ", "contract", "in force", "in writing", "written ",
        "to negotiation", "another ", "outside ", "beyond ", "against ", "breach of ", "suspended", "gone", " over",
        "isover", "areover", "wasover", "wereover", "lost", "on hold", "frozen");

    private static readonly SearchValues<string> UseCues = Of(" use", " usage", " purpose");

    private static readonly SearchValues<string> RecordCues = Of(
        "copyright", "contribut", "patches", "changes", "modifications", "belong");

    private static readonly SearchValues<string> RequestCues = Of(
        "cite", "citing", "citation", "glad", "appreciate", "please", "kindly", "thank", "grateful", "welcome", "acknowledge", "happy",
        "love to hear", "question", "indebted", "credit goes", "recommend", "encourage", "hope", "we list these", "we also");

    private static readonly SearchValues<string> PsfCues = Of(
        "psf under", "python software foundation license", "psf license", "psf 2.0 license", "python license", "python 2.0 license",
        "license as python", "license of python", "terms as python", "terms of python");

    private static readonly SearchValues<string> BsdCues = Of(
        "new bsd", "modified bsd", "revised bsd", "clause bsd", "simplified bsd", "bsd 2 clause", "bsd two clause", "bsd 3 clause",
        "bsd three clause", "bsd license", "bsd style license", "bsd like license", "bsd type license", "license bsd");

    private static readonly SearchValues<string> DutyCues = Of("has to", "have to", "had to", "is to be", "are to be");

    private static readonly SearchValues<string> CommonsCues = Of(
        "cc by", "cc attribution", "creative commons by", "creative commons attribution");

    /// <summary>
    /// Whether a text that has a word by which <see cref="LicenseNotices"/> knows a licence may name that licence. "python" is in the first
    /// line of many files, "mit" in "permit" and "limited".
    /// </summary>
    /// <param name="word">The word.</param>
    /// <param name="text">The text in lower case.</param>
    public static bool MayName(string word, string text) => word switch
    {
        "python" or "psf" => text.AsSpan().ContainsAny(PsfCues),
        "bsd" => text.AsSpan().ContainsAny(BsdCues),
        "mit" or "expat" => BeginsWord("mit", text) || BeginsWord("expat", text),
        _ => true,
    };

    /// <summary>Whether a text may name a licence of Creative Commons with its conditions.</summary>
    public static bool MayNameCommons(ReadOnlySpan<char> text) => text.ContainsAny(CommonsCues);

    /// <summary>Whether a sentence may say something harmless.</summary>
    public static bool MayBeHarmless(ReadOnlySpan<char> sentence) => sentence.ContainsAny(HarmlessCues);

    /// <summary>Whether a sentence may tell of a licence that is over.</summary>
    public static bool MayBePast(ReadOnlySpan<char> sentence) =>
        sentence.ContainsAny(PastCues) && sentence.Contains("under ", StringComparison.Ordinal);

    /// <summary>Whether a sentence may be a disclaimer.</summary>
    public static bool MayDisclaim(ReadOnlySpan<char> sentence) => sentence.ContainsAny(DisclaimerCues);

    /// <summary>Whether a sentence may take rights in words that take none by themselves.</summary>
    public static bool MayTake(ReadOnlySpan<char> sentence)
    {
        if (sentence.ContainsAny(TakingCues))
        {
            return true;
        }

        // "It does not."
        ReadOnlySpan<char> trimmed = sentence.TrimEnd(" \n");
        return trimmed.EndsWith(" not") || trimmed.EndsWith(" n t")
            || (sentence.ContainsAny(UseCues)
                && (sentence.Contains("for ", StringComparison.Ordinal) || sentence.Contains("than ", StringComparison.Ordinal)));
    }

    /// <summary>Whether a sentence may say that something has to be done.</summary>
    public static bool MayOblige(ReadOnlySpan<char> sentence) => sentence.ContainsAny(DutyCues);

    /// <summary>Whether a sentence may say who has the copyright in what.</summary>
    public static bool MayBeRecord(ReadOnlySpan<char> sentence) => sentence.ContainsAny(RecordCues);

    /// <summary>Whether a sentence may ask for something kindly.</summary>
    public static bool MayBeRequest(ReadOnlySpan<char> sentence) => sentence.ContainsAny(RequestCues);

    private static bool BeginsWord(string beginning, ReadOnlySpan<char> text)
    {
        for (int at = 0; text[at..].IndexOf(beginning) is >= 0 and int found; at += found + 1)
        {
            if (at + found == 0 || !char.IsAsciiLetterOrDigit(text[at + found - 1]))
            {
                return true;
            }
        }

        return false;
    }

    private static SearchValues<string> Of(params string[] cues) => SearchValues.Create(cues, StringComparison.Ordinal);
}
