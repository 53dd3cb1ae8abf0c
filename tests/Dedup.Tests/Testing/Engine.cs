using DataForge.Corpus;
using DataForge.Dedup.Candidates;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Store;
using DataForge.Testing;

namespace DataForge.Dedup.Tests.Testing;

/// <summary>Runs signatures, join, verification and selection over sets in memory, given in the order of their ranks.</summary>
internal static class Engine
{
    public static SelectionResult Select(
        IReadOnlyList<ulong[]> sets, DedupOptions options, int workers = 1, int parts = 1, Action<int, int, double>? onEdge = null)
    {
        using var folder = new TemporaryFolder();
        var kernel = new SignatureKernel(BandPlan.For(options.Threshold, options.MissProbability), options.Seed);
        List<string> paths = [];
        var ordinalOf = new List<int>();
        for (int part = 0; part < parts; part++)
        {
            // Files go to parts in turn, so that ordinals and ranks differ.
            int[] members = [.. Enumerable.Range(0, sets.Count).Where(rank => rank % parts == part)];
            paths.Add(folder[$"{part}.signatures"]);
            WritePart(paths[^1], members, sets, kernel);
            ordinalOf.AddRange(members);
        }

        using var signatures = new SignatureParts(paths);
        var byRank = new int[sets.Count];
        for (int ordinal = 0; ordinal < byRank.Length; ordinal++)
        {
            byRank[ordinalOf[ordinal]] = ordinal;
        }

        RankTable ranks = RankTable.FromOrder(signatures, byRank, 0, 0, CancellationToken.None);
        int[] firsts = [.. Enumerable.Range(0, sets.Count).Select(ordinal => ranks.FirstOf[ranks.RankOf[ordinal]] == ranks.RankOf[ordinal] ? ranks.RankOf[ordinal] : -1)];
        var join = new BandJoin(signatures, firsts, 0, 0, options.AllPairs, options.SortMemory / 2, new WordBuffer());
        using (var pairs = new WordRunWriter(folder["pairs"], sets.Count, isPair: true, options.SortMemory / 4, new WordBuffer()))
        using (var hot = new WordRunWriter(folder["hot"], sets.Count, isPair: false, options.SortMemory / 4, new WordBuffer()))
        {
            for (int band = 0; band < kernel.Plan.Bands; band++)
            {
                join.Join(band, pairs, hot, CancellationToken.None);
            }

            pairs.Close();
            hot.Close();
        }

        using var pairReader = new WordRunReader([folder["pairs"]], sets.Count);
        using var hotReader = new WordRunReader([folder["hot"]], sets.Count);
        var selector = new Selector(new SetsInMemory(sets), ranks.FirstOf, options.Threshold, workers) { AllPairs = options.AllPairs, OnEdge = onEdge };
        return selector.Run(pairReader, hotReader, [0], join.HotBuckets, _ => { }, CancellationToken.None);
    }

    private static void WritePart(string path, int[] members, IReadOnlyList<ulong[]> sets, SignatureKernel kernel)
    {
        var writer = new SignaturePartWriter(members.Length, kernel.Plan.Bands);
        var keys = new ulong[kernel.Plan.Bands];
        foreach (int rank in members)
        {
            ulong[] set = sets[rank];
            if (set.Length > 0)
            {
                kernel.BandKeys(set, keys);
            }

            Span<byte> id = new byte[BlobId.Size];
            BitConverter.TryWriteBytes(id, rank);
            writer.Append(
                new FileSignature(new BlobId(id), RandomSets.FingerprintOf(set, rank), 0, 0, set.Length, set.Length), set.Length > 0 ? keys : []);
        }

        writer.Write(path);
    }

    private sealed class SetsInMemory(IReadOnlyList<ulong[]> sets) : IShingleSets
    {
        public int Length(int rank) => sets[rank].Length;

        public ReadOnlySpan<ulong> Get(int rank, ref ulong[] buffer) => sets[rank];
    }
}
