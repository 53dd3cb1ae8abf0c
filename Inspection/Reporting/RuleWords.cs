using DataForge.Cleaner.Rules;

namespace DataForge.Inspection.Reporting;

/// <summary>What each rule drops, in one sentence. The cleaner's rules have theirs (<see cref="RuleSentences"/>).</summary>
internal static class RuleWords
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        // What the crawl drops.
        ["symlink"] = "Symbolic links; they are not followed.",
        ["unreadable"] = "Files or folders that could not be read, and whose text is none.",
        ["path"] = "Paths that are absolute, too long, or have parts that a path may not have.",
        ["limit"] = "Repositories with more files, bytes or depth than the limits.",
        ["empty"] = "Repositories without a commit.",
        ["vanished"] = "Repositories that are no longer there, or not for everybody.",
        ["private"] = "Repositories that ask for rights now.",
        ["blocked"] = "Repositories that their forge has blocked.",
        ["timeout"] = "Repositories that could not be had in their time.",
        ["unreachable"] = "Repositories whose server did not answer.",
        ["refused"] = "Repositories that their server refused to send, or sent from elsewhere.",
        ["corrupt"] = "Repositories whose objects are damaged.",
        ["unsupported"] = "Repositories of a form that is not read.",
        ["not_python"] = "Rows whose path names no Python file, licence or metadata.",

        // Duplicates.
        ["exact_duplicate"] = "Files with the same text, but for white space, as a file that was kept.",
        ["near_duplicate"] = "Files nearly the same as one that was kept: the Jaccard similarity of their token shingles is the threshold or more.",
    };

    /// <summary>The sentence; empty for a rule without one.</summary>
    public static string Of(string rule) => RuleSentences.Of(rule) ?? Words.GetValueOrDefault(rule, "");
}
