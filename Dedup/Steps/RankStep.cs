using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>The second step, one part: orders all files and finds those with the same shingle set. Memory: 40 bytes per file.</summary>
internal static class RankStep
{
    /// <summary>Computes the part.</summary>
    public static void Compute(DedupInput input, PartOutput output, CancellationToken cancellation)
    {
        using SignatureParts signatures = input.OpenSignatures();
        bool[] isBaseKept = input.BaseSelection is { } selection ? SelectionFile.ReadKept(selection) : [];
        if (isBaseKept.Length != signatures.Start(input.BaseParts))
        {
            throw new DataForgeException($"{input.BaseSelection} does not match the files of the base: run dedup on the base again.");
        }

        RankTable ranks = RankTable.Build(signatures, isBaseKept, input.RankRuns, cancellation);
        ranks.Write(output.Create(DedupPaths.Ranks));
        if (input.BaseParts > 0)
        {
            output.Add(CountName.RanksBaseKept, ranks.BaseKept);
        }

        output.Add(CountName.RanksEqualSets, Enumerable.Range(0, ranks.Count).LongCount(rank => ranks.FirstOf[rank] != rank));
    }
}
