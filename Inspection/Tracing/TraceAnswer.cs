using System.Text.Json.Serialization;

namespace DataForge.Inspection.Tracing;

/// <summary>The answer for one snippet. The properties are the fields of <c>trace --json</c>.</summary>
internal sealed record TraceAnswer
{
    /// <summary>The snippet's name.</summary>
    public required string Snippet { get; init; }

    /// <summary>The number of its tokens.</summary>
    public required int Tokens { get; init; }

    /// <summary><c>found</c>, <c>none</c>, <c>common</c> (files of too many repositories contain it) or <c>too-short</c>.</summary>
    public required string Result { get; init; }

    /// <summary>The number of training files that are close to it.</summary>
    public required int Files { get; init; }

    /// <summary>The tokens of the longest run that one of these files shares with it; 0 if there is none.</summary>
    public required int LongestRun { get; init; }

    /// <summary>The closest of these files, best first.</summary>
    public required IReadOnlyList<TraceSource> Sources { get; init; }
}

/// <summary>A training file that a snippet is close to.</summary>
internal sealed record TraceSource
{
    /// <summary>The name of its repository.</summary>
    public required string Repository { get; init; }

    /// <summary>Its path in the repository.</summary>
    public required string Path { get; init; }

    /// <summary>The commit it was read at; null if the repository has no commits.</summary>
    public string? Commit { get; init; }

    /// <summary>The URL of the file at its forge; null if there is none.</summary>
    public string? Permalink { get; init; }

    /// <summary>Its licence as an SPDX expression; empty if none was found.</summary>
    public required string License { get; init; }

    /// <summary>The git id of its source bytes, 40 hexadecimal digits.</summary>
    public required string BlobId { get; init; }

    /// <summary>The share of the snippet's tokens in windows that the file has too, 0 to 1.</summary>
    public required double Covered { get; init; }

    /// <summary>The tokens of the longest run that snippet and file share.</summary>
    public required int LongestRun { get; init; }

    /// <summary>The run's first token in the snippet.</summary>
    [JsonIgnore]
    public int FirstToken { get; init; }

    /// <summary>The run's first and last line in the snippet, from 1.</summary>
    public required int[] SnippetLines { get; init; }

    /// <summary>The run's first and last line in the training file's text, from 1.</summary>
    public required int[] FileLines { get; init; }

    /// <summary>
    /// The order of answers: longest run first, then the greater share; then by repository and path, so that the order does not depend on
    /// threads.
    /// </summary>
    public static int Compare(TraceSource one, TraceSource other)
    {
        int order = other.LongestRun.CompareTo(one.LongestRun);
        order = order != 0 ? order : other.Covered.CompareTo(one.Covered);
        order = order != 0 ? order : string.CompareOrdinal(one.Repository, other.Repository);
        return order != 0 ? order : string.CompareOrdinal(one.Path, other.Path);
    }
}
