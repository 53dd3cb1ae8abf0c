namespace DataForge.Inspection.Reporting;

/// <summary>What each rule drops, in a line, as <c>docs/rules.md</c> has it at length.</summary>
internal static class RuleWords
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        // About occurrences, by the crawl and by the cleaner.
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
        ["opt_out"] = "Files of repositories and owners who asked to be left out.",
        ["vendored"] = "Copies of other projects: paths through folders such as site-packages, vendor or third_party.",
        ["name"] = "File names that seldom hold code of interest.",
        ["stars"] = "Repositories with fewer stars.",
        ["license"] = "Files whose licence is not of a class that passes, or for which none was found.",

        // About contents.
        ["binary"] = "Files with a NUL byte.",
        ["encoding"] = "Files that are not valid in the encoding they declare, or declare none and are not UTF-8.",
        ["license_conflict"] = "Contents found under known licences that disagree.",
        ["size"] = "Files of more bytes.",
        ["lines_min"] = "Files of fewer lines.",
        ["lines_max"] = "Files of more lines.",
        ["line_max"] = "Files with a longer line, in characters.",
        ["line_mean"] = "Files whose lines are longer on average, in characters.",
        ["alphanumeric"] = "Files with a smaller share of letters and numerals among all characters.",
        ["alphabetic"] = "Files with a smaller share of letters among all characters.",
        ["digits"] = "Files with a greater share of numerals.",
        ["hex_digits"] = "Files with a greater share of hexadecimal digits.",
        ["generated"] = "Files that say in their first lines that a program wrote them.",
        ["xml"] = "Files that begin as XML.",
        ["few_assignments"] = "Files with fewer equals signs.",
        ["no_keywords"] = "Some of the files without def, class, for and while, drawn with the probability given.",
        ["config_or_test"] = "Some of the files that speak of tests or configuration, drawn with the probability given.",
        ["code_characters"] = "Files with a smaller share of letters, numerals and ASCII punctuation among what is neither white space nor comment.",
        ["characters_per_token"] = "Files with fewer characters a token.",
        ["encoded_data"] = "Files that hold much base64, hexadecimal or \\u data.",
        ["benchmark"] = "Files that hold a problem of a benchmark.",
        ["syntax"] = "Files that are not Python 3.",
        ["python2"] = "Files that are Python 2.7 and not Python 3.",
        ["keywords_min"] = "Files with fewer Python keywords such as def, if, for, return.",
        ["comment_share"] = "Files with too small or too great a share of comments and docstrings.",
        ["redaction"] = "Files that do not parse once redacted.",

        // Duplicates.
        ["exact_duplicate"] = "Files with the same text, but for white space, as a file that was kept.",
        ["near_duplicate"] = "Files nearly the same as one that was kept: the Jaccard similarity of their token shingles is the threshold or more.",
    };

    /// <summary>The line; empty for a rule without one.</summary>
    public static string Of(string rule) => Words.GetValueOrDefault(rule, "");
}
