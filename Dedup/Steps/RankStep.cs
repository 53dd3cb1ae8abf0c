using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>The second step, one part: the order of all files, and which of them have one shingle set. Memory: 40 bytes a file.</summary>
internal static class RankStep
{
    /// <summary>The count under which the part states the files of the base's dataset; not there without a base.</summary>
    public const string BaseKeptCount = "ranks.base_kept";

    /// <summary>Computes the part.</summary>
    public static void Compute(Sources sources, PartOutput output, CancellationToken cancellation)
    {
        using SignatureParts signatures = sources.OpenSignatures();
        bool[] isBaseKept = sources.BaseSelection is { } selection ? SelectionFile.ReadKept(selection) : [];
        if (isBaseKept.Length != signatures.Start(sources.BaseParts))
        {
            throw new DataForgeException($"{sources.BaseSelection} does not fit the files it is about: run dedup on the base again.");
        }

        RankTable ranks = RankTable.Build(signatures, isBaseKept, sources.RankRuns, cancellation);
        ranks.Write(output.Create(WorkFiles.Ranks));
        if (sources.BaseParts > 0)
        {
            output.Add(BaseKeptCount, ranks.BaseKept);
        }

        output.Add("ranks.equal_sets", Enumerable.Range(0, ranks.Count).LongCount(rank => ranks.FirstOf[rank] != rank));
    }
}
