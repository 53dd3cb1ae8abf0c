using DataForge.Cleaner.Licenses;

namespace DataForge.Cleaner.Survey;

/// <summary>What one file says about the licence of a repository, or of a part of it.</summary>
public sealed record SurveyedEvidence
{
    /// <summary>Its path.</summary>
    public required string Path { get; init; }

    /// <summary>What it was read as.</summary>
    public required EvidenceKind Kind { get; init; }

    /// <summary>The SPDX expression.</summary>
    public required string Expression { get; init; }

    /// <summary>The name of its class.</summary>
    public required string Class { get; init; }

    /// <summary>The folder it speaks of; <c>.</c> for the whole repository.</summary>
    public required string Scope { get; init; }

    /// <summary>Whether a licence of the report comes from it.</summary>
    public bool Decides { get; init; }

    /// <summary>Where the licences are in it.</summary>
    public IReadOnlyList<LicensePassage> Passages { get; init; } = [];

    /// <summary>What in it no licence explains.</summary>
    public IReadOnlyList<UnexplainedPassage> Unexplained { get; init; } = [];

    /// <summary>Paths to which it gives licences of their own.</summary>
    public IReadOnlyList<FilesParagraph> Paths { get; init; } = [];
}

/// <summary>Files whose licence is not the repository's.</summary>
/// <param name="Expression">Their licence.</param>
/// <param name="Class">The name of its class.</param>
/// <param name="Evidence">How it is known, as the column <c>license_evidence</c> has it.</param>
/// <param name="Scope">The folder that holds them all; <c>.</c> for the whole repository.</param>
/// <param name="Files">Their paths, in ordinal order.</param>
/// <param name="Passages">Where the header of the first one states the licence.</param>
public sealed record SurveyedFiles(
    string Expression, string Class, string Evidence, string Scope, IReadOnlyList<string> Files, IReadOnlyList<LicensePassage> Passages);

/// <summary>A file that was not read.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Rule">The rule by which a crawl does not store it.</param>
public sealed record UnreadFile(string Path, string Rule);

/// <summary>The licence of a repository or a file, what it follows from, and the files that differ.</summary>
public sealed record SurveyReport
{
    /// <summary>The repository's name, or the file's path.</summary>
    public required string Name { get; init; }

    /// <summary>The SPDX expression; empty if no licence was found.</summary>
    public required string Expression { get; init; }

    /// <summary>The name of its class.</summary>
    public required string Class { get; init; }

    /// <summary>How it is known, as the column <c>license_evidence</c> has it.</summary>
    public required string EvidenceColumn { get; init; }

    /// <summary>How many Python files were looked at.</summary>
    public long Files { get; init; }

    /// <summary>The pieces of evidence: first those that decide, each group in ordinal order of the paths.</summary>
    public IReadOnlyList<SurveyedEvidence> Evidence { get; init; } = [];

    /// <summary>The files whose licence differs, grouped by licence and evidence; the largest group first.</summary>
    public IReadOnlyList<SurveyedFiles> Differing { get; init; } = [];

    /// <summary>Files that were not read, in ordinal order.</summary>
    public IReadOnlyList<UnreadFile> Unread { get; init; } = [];
}
