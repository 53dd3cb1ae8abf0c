using DataForge.Cleaner.Rules;
using DataForge.Corpus;

namespace DataForge.Cleaner.Steps;

/// <summary>Makes rows of <c>dropped/</c>.</summary>
internal static class DroppedRow
{
    /// <summary>The row of an occurrence or a content that a finding drops.</summary>
    /// <param name="level">Whether an occurrence or a content is dropped.</param>
    /// <param name="why">The finding.</param>
    /// <param name="blob">The content's git id; null if the content could not be read.</param>
    /// <param name="repository">The repository it was found in; for a content, that of its best occurrence.</param>
    /// <param name="path">Its path there.</param>
    /// <param name="size">Source bytes; −1 where unknown.</param>
    /// <param name="copies">Occurrences that the row accounts for.</param>
    public static DroppedFile Of(
        DropLevel level, Finding why, BlobId? blob, RepositoryFacts repository, string path, long size, int copies = 1) => new()
    {
        Level = level,
        Rule = why.Rule,
        Value = why.Value,
        Threshold = why.Threshold,
        BlobId = blob,
        RepositoryId = repository.Id,
        Repository = repository.Name,
        Commit = repository.Commit,
        Path = path,
        Size = size,
        Copies = copies,
    };
}
