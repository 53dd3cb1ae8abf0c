namespace DataForge.Corpus;

/// <summary>
/// Names of the rules in <c>dropped/</c> and <c>raw/</c> that do not judge the text of a content: those of the crawler, of the cleaner for
/// occurrences and licences, and of the removal of duplicates. A rule on texts declares its own name.
/// </summary>
public static class RuleNames
{
    /// <summary>As many source bytes as the limit, or more.</summary>
    public const string Size = "size";

    /// <summary>A symbolic link; links are not followed.</summary>
    public const string Symlink = "symlink";

    /// <summary>A file or folder that cannot be read, or whose text is no text.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>A path that is absolute, empty, too long, or has '.', '..', NUL or an empty part.</summary>
    public const string Path = "path";

    /// <summary>A repository with more files, bytes or depth than the limits.</summary>
    public const string Limit = "limit";

    /// <summary>A repository that has no commit yet.</summary>
    public const string Empty = "empty";

    /// <summary>A repository that no longer exists, or is no longer public.</summary>
    public const string Vanished = "vanished";

    /// <summary>A repository that now asks for rights.</summary>
    public const string Private = "private";

    /// <summary>A repository that its forge has blocked.</summary>
    public const string Blocked = "blocked";

    /// <summary>A repository that was not fetched within its time limit.</summary>
    public const string Timeout = "timeout";

    /// <summary>A repository whose server does not answer, or gives up.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>A repository that its server refuses to send, or sends from elsewhere.</summary>
    public const string Refused = "refused";

    /// <summary>A repository whose objects are damaged.</summary>
    public const string Corrupt = "corrupt";

    /// <summary>A repository of a form that is not read, such as one with ids of SHA-256.</summary>
    public const string Unsupported = "unsupported";

    /// <summary>A row whose path names no Python file, licence or metadata.</summary>
    public const string NotPython = "not_python";

    /// <summary>A file whose repository or owner asked to be left out.</summary>
    public const string OptOut = "opt_out";

    /// <summary>A file in a folder that holds other projects' code.</summary>
    public const string Vendored = "vendored";

    /// <summary>An occurrence whose licence is not of a class that passes.</summary>
    public const string License = "license";

    /// <summary>A content found under known licences that disagree.</summary>
    public const string LicenseConflict = "license_conflict";

    /// <summary>A content with a NUL byte.</summary>
    public const string Binary = "binary";

    /// <summary>A content that is not valid in its encoding.</summary>
    public const string Encoding = "encoding";

    /// <summary>A content that does not parse once redacted.</summary>
    public const string Redaction = "redaction";

    /// <summary>A content with the same folded text as a kept one.</summary>
    public const string ExactDuplicate = "exact_duplicate";

    /// <summary>A content nearly the same as a kept one.</summary>
    public const string NearDuplicate = "near_duplicate";

    /// <summary>
    /// What each of these rules drops, in a sentence, in the order of the pipeline; the cleaner's rules declare their sentences themselves.
    /// </summary>
    public static IReadOnlyList<(string Rule, string Sentence)> Sentences { get; } =
    [
        (Symlink, "Symbolic links; they are not followed."),
        (Unreadable, "Files or folders that could not be read, and whose text is none."),
        (Path, "Paths that are absolute, too long, or have parts that a path may not have."),
        (Limit, "Repositories with more files, bytes or depth than the limits."),
        (Empty, "Repositories without a commit."),
        (Vanished, "Repositories that no longer exist, or are no longer public."),
        (Private, "Repositories that ask for rights now."),
        (Blocked, "Repositories that their forge has blocked."),
        (Timeout, "Repositories that could not be had in their time."),
        (Unreachable, "Repositories whose server did not answer."),
        (Refused, "Repositories that their server refused to send, or sent from elsewhere."),
        (Corrupt, "Repositories whose objects are damaged."),
        (Unsupported, "Repositories of a form that is not read."),
        (NotPython, "Rows whose path names no Python file, licence or metadata."),
        (ExactDuplicate, "Files with the same text, but for white space, as a file that was kept."),
        (NearDuplicate,
            "Files nearly the same as one that was kept: the Jaccard similarity of their token shingles is the threshold or more."),
    ];
}
