using DataForge.Corpus.Runs;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>The second step, one part: the order of all files, and which of them have one shingle set. Memory: 40 bytes a file.</summary>
internal static class RankStep
{
    /// <summary>Computes the part.</summary>
    public static void Compute(Run run, IReadOnlyList<CleanPart> parts, PartOutput output, CancellationToken cancellation)
    {
        using var signatures = new SignatureParts([.. parts.Select(part => run.PathOf(WorkFiles.Signatures(part.Number)))]);
        RankTable ranks = RankTable.Build(signatures, [.. parts.Select(part => run.PathOf(WorkFiles.RankRun(part.Number)))], cancellation);
        ranks.Write(output.Create(WorkFiles.Ranks));
        output.Add("ranks.equal_sets", Enumerable.Range(0, ranks.Count).LongCount(rank => ranks.FirstOf[rank] != rank));
    }
}
