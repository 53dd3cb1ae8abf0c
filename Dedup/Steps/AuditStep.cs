using DataForge.Corpus.Runs;
using DataForge.Dedup.Auditing;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>
/// Beside the last step, one part: holds the outcome against brute force on a sample. One pass over the run's sets, and over about as many of the base's where
/// there is one. Memory: 36 bytes a file, and 32 a shingle of the sample.
/// </summary>
internal static class AuditStep
{
    /// <summary>Computes the part.</summary>
    public static void Compute(Run run, Sources sources, DedupOptions options, PartOutput output, CancellationToken cancellation)
    {
        using SignatureParts signatures = sources.OpenSignatures();
        RankTable ranks = RankTable.Read(run.PathOf(WorkFiles.Ranks));
        using var sets = new StoredShingleSets(signatures, ranks, sources.Shingles);
        using var selection = new WordFileReader(run.PathOf(WorkFiles.Selection));
        Fate[] fates = SelectionFile.Read(selection, 0, ranks.Count);
        int bands = BandPlan.For(options.Threshold, options.MissProbability).Bands;

        var auditor = new Auditor(sets, ranks.BaseKept, ranks.End, options.AuditFiles, options.Threshold, options.Seed);
        Func<int, bool> isDrawn = Auditor.DrawOfBase(ranks.BaseKept, ranks.End - ranks.BaseKept, options.Seed);
        AuditReport report = auditor.Compare(
            ranks.RankOf.Where(rank => rank < ranks.End && (rank >= ranks.BaseKept || isDrawn(rank))), FateOf, (left, right) => ShareBand(signatures, ranks.OrdinalOf[left], ranks.OrdinalOf[right], bands), cancellation);
        if (sources.BaseParts > 0)
        {
            report = report with { Base = new AuditedBase(ranks.BaseKept, Enumerable.Range(0, ranks.BaseKept).LongCount(isDrawn)) };
        }

        File.WriteAllBytes(output.Create(WorkFiles.Audit), CanonicalJson.Write(report));
        output.Add("audit.files", report.SampledFiles);
        output.Add("audit.pairs", report.PairsFound.Of);
        output.Add("audit.pairs_found", report.PairsFound.Count);
        output.Add("audit.drops", report.DropsConfirmed.Of);
        output.Add("audit.drops_confirmed", report.DropsConfirmed.Count);
        output.Add("audit.kept", report.KeptWithoutTwin.Of);
        output.Add("audit.kept_without_twin", report.KeptWithoutTwin.Count);

        (int Twin, double Similarity) FateOf(int rank)
        {
            Fate fate = fates[ranks.OrdinalOf[rank]];
            return (fate.TwinOrdinal < 0 ? SelectionResult.Kept : ranks.RankOf[fate.TwinOrdinal], fate.Similarity);
        }
    }

    // Files of one set share all bands.
    private static bool ShareBand(SignatureParts signatures, int left, int right, int bands) => Enumerable
        .Range(SignatureColumn.FirstBand, bands).Any(column => signatures.Word(left, column) == signatures.Word(right, column));
}
