using DataForge.Cleaner.Rules;
using DataForge.Corpus;

namespace DataForge.Cleaner.Steps;

/// <summary>Rows of <c>dropped/</c> as the cleaner writes them.</summary>
internal static class DroppedRow
{
    /// <summary>What left by a finding, and where it was found.</summary>
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
