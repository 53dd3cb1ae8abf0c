using System.Text.Json.Serialization;

namespace DataForge.Inspection.Tracing;

/// <summary>What is said about one snippet.</summary>
internal sealed record TraceAnswer
{
    /// <summary>The snippet's name.</summary>
    public required string Snippet { get; init; }

    /// <summary>Its tokens.</summary>
    public required int Tokens { get; init; }

    /// <summary><c>found</c>, <c>none</c>, <c>common</c> (files of too many repositories hold it) or <c>too-short</c>.</summary>
    public required string Result { get; init; }

    /// <summary>Files that are close to it.</summary>
    public required int Files { get; init; }

    /// <summary>The closest of them, best first.</summary>
    public required IReadOnlyList<TraceSource> Sources { get; init; }
}

/// <summary>A training file that a snippet is close to.</summary>
internal sealed record TraceSource
{
    public required string Repository { get; init; }

    public required string Path { get; init; }

    /// <summary>The commit, where the source has commits.</summary>
    public string? Commit { get; init; }

    /// <summary>Where the forge shows the file, where it does.</summary>
    public string? Permalink { get; init; }

    /// <summary>SPDX expression.</summary>
    public required string License { get; init; }

    public required string BlobId { get; init; }

    /// <summary>The share of the snippet's tokens that lies in shared windows, 0 to 1.</summary>
    public required double Covered { get; init; }

    /// <summary>Tokens of the longest run that both have.</summary>
    public required int LongestRun { get; init; }

    /// <summary>The run's first token in the snippet.</summary>
    [JsonIgnore]
    public int FirstToken { get; init; }

    /// <summary>The run's first and last line in the snippet, from 1.</summary>
    public required int[] SnippetLines { get; init; }

    /// <summary>The run's first and last line in the training file's text, from 1.</summary>
    public required int[] FileLines { get; init; }

    /// <summary>Longest run first, then the greater share; then by repository and path, so that answers do not depend on threads.</summary>
    public static int Compare(TraceSource one, TraceSource other)
    {
        int order = other.LongestRun.CompareTo(one.LongestRun);
        order = order != 0 ? order : other.Covered.CompareTo(one.Covered);
        order = order != 0 ? order : string.CompareOrdinal(one.Repository, other.Repository);
        return order != 0 ? order : string.CompareOrdinal(one.Path, other.Path);
    }
}
