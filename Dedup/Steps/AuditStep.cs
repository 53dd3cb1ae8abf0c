using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shingling;
using DataForge.Dedup.Auditing;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>
/// Runs together with the last step, one part: compares the result with brute force on a sample. It reads the run's sets once, and about as
/// many of the base's. Memory: 36 bytes per file, and 38 per shingle of the sample.
/// </summary>
internal static class AuditStep
{
    /// <summary>Computes the part.</summary>
    public static void Compute(Run run, DedupInput input, DedupOptions options, PartOutput output, CancellationToken cancellation)
    {
        using SignatureParts signatures = input.OpenSignatures();
        RankTable ranks = RankTable.Read(run.PathOf(DedupPaths.Ranks));
        using var sets = new StoredShingleSets(signatures, ranks, input.Shingles);
        using var selection = new WordFileReader(run.PathOf(DedupPaths.Selection));
        Decision[] decisions = SelectionFile.Read(selection, 0, ranks.Count);
        int bands = BandPlan.For(options.Threshold, options.MissProbability).Bands;

        var auditor = new Auditor(sets, ranks.BaseKept, ranks.End, options.AuditFiles, options.Threshold, options.Seed);
        Func<int, bool> isCompared = Auditor.SampleOfBase(ranks.BaseKept, ranks.End - ranks.BaseKept, options.Seed);
        AuditReport report = auditor.Compare(
            ranks.RankOf.Where(rank => rank < ranks.End && (rank >= ranks.BaseKept || isCompared(rank))),
            DecisionOf,
            (left, right) => ShareBand(signatures, ranks.OrdinalOf[left], ranks.OrdinalOf[right], bands),
            cancellation);
        if (input.BaseParts > 0)
        {
            long compared = Enumerable.Range(0, ranks.BaseKept).LongCount(isCompared);
            report = report with { Base = new AuditedBase(ranks.BaseKept, compared) };
        }

        File.WriteAllBytes(output.Create(DedupPaths.Audit), DedupJson.Write(report));
        output.Add(CountName.AuditFiles, report.SampledFiles);
        output.Add(CountName.AuditPairs, report.PairsFound.Of);
        output.Add(CountName.AuditPairsFound, report.PairsFound.Count);
        output.Add(CountName.AuditDrops, report.DropsConfirmed.Of);
        output.Add(CountName.AuditDropsConfirmed, report.DropsConfirmed.Count);
        output.Add(CountName.AuditKept, report.KeptWithoutTwin.Of);
        output.Add(CountName.AuditKeptWithoutTwin, report.KeptWithoutTwin.Count);

        (int Twin, double Similarity) DecisionOf(int rank)
        {
            Decision decision = decisions[ranks.OrdinalOf[rank]];
            return (decision.TwinOrdinal < 0 ? SelectionResult.Kept : ranks.RankOf[decision.TwinOrdinal], decision.Similarity);
        }
    }

    // Files with the same set share all bands.
    private static bool ShareBand(SignatureParts signatures, int left, int right, int bands) => Enumerable
        .Range(SignatureColumn.FirstBand, bands).Any(column => signatures.Word(left, column) == signatures.Word(right, column));
}
