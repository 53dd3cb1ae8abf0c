using DataForge.Corpus.Shingling;
using DataForge.Dedup.Sorting;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Ranking;

/// <summary>
/// The order of all files, best first, and for each file the first one with the same shingle set. Memory: 12 bytes per file; 40 while it is
/// built.
/// </summary>
internal sealed class RankTable
{
    // Flags beside a rank in the file: the file is left out of the join of bands; a base keeps it; a base dropped it.
    private const ulong SkipsJoin = 1UL << 32;
    private const ulong KeptByBase = 1UL << 33;
    private const ulong DroppedByBase = 1UL << 34;

    private RankTable(int[] rankOf, int[] ordinalOf, int[] firstOf, int baseKept, int excluded) =>
        (RankOf, OrdinalOf, FirstOf, BaseKept, ExcludedFiles) = (rankOf, ordinalOf, firstOf, baseKept, excluded);

    /// <summary>A file's rank (0 is the best) by its ordinal.</summary>
    public int[] RankOf { get; }

    /// <summary>A file's ordinal by its rank.</summary>
    public int[] OrdinalOf { get; }

    /// <summary>By rank, the rank of the first file with the same shingle set: its own, or a better one.</summary>
    public int[] FirstOf { get; }

    /// <summary>Number of files.</summary>
    public int Count => RankOf.Length;

    /// <summary>Files that a base keeps; they have the first ranks.</summary>
    public int BaseKept { get; }

    /// <summary>Files that a base dropped; they are left out, and have the last ranks.</summary>
    public int ExcludedFiles { get; }

    /// <summary>The rank after the last file that is not left out.</summary>
    public int End => Count - ExcludedFiles;

    /// <summary>Merges the parts' runs of rank keys and finds equal sets.</summary>
    /// <param name="signatures">The signatures of all parts.</param>
    /// <param name="isBaseKept">For each file of the base, whose parts come first, whether the base keeps it.</param>
    /// <param name="runs">The files of rank keys of the run's own parts, in order.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static RankTable Build(SignatureParts signatures, bool[] isBaseKept, IReadOnlyList<string> runs, CancellationToken cancellation)
    {
        int baseParts = signatures.Count - runs.Count;
        var ordinalOf = new int[signatures.Files];
        int kept = 0;
        int excluded = 0;
        for (int ordinal = 0; ordinal < isBaseKept.Length; ordinal++)
        {
            if (isBaseKept[ordinal])
            {
                ordinalOf[kept++] = ordinal;
            }
            else
            {
                ordinalOf[^++excluded] = ordinal;
            }
        }

        MergeRuns(signatures, baseParts, runs, ordinalOf.AsSpan(kept, ordinalOf.Length - kept - excluded), cancellation);
        return FromOrder(signatures, ordinalOf, kept, excluded, cancellation);
    }

    /// <summary>The table for files in a given order.</summary>
    public static RankTable FromOrder(
        SignatureParts signatures, int[] ordinalOf, int baseKept, int excluded, CancellationToken cancellation)
    {
        var rankOf = new int[ordinalOf.Length];
        for (int rank = 0; rank < rankOf.Length; rank++)
        {
            rankOf[ordinalOf[rank]] = rank;
        }

        return new RankTable(
            rankOf, ordinalOf, FindFirsts(signatures, rankOf, ordinalOf, ordinalOf.Length - excluded, cancellation), baseKept, excluded);
    }

    /// <summary>Writes the table.</summary>
    public void Write(string path)
    {
        using var file = new WordFileWriter(path);
        file.WriteColumn(Count, ordinal =>
        {
            int rank = RankOf[ordinal];
            ulong flags = rank >= End ? DroppedByBase | SkipsJoin : rank < BaseKept ? KeptByBase : 0;
            return (uint)rank | flags | (FirstOf[rank] == rank ? 0 : SkipsJoin);
        });
        file.WriteColumn(Count, rank => (uint)OrdinalOf[rank] | ((ulong)(uint)FirstOf[rank] << 32));
        file.Close();
    }

    /// <summary>Reads a table that <see cref="Write"/> wrote.</summary>
    /// <exception cref="Corpus.DataForgeException">The file is damaged.</exception>
    public static RankTable Read(string path)
    {
        using var file = new WordFileReader(path);
        var (rankOf, ordinalOf, firstOf) = (new int[file.Rows], new int[file.Rows], new int[file.Rows]);
        int baseKept = 0;
        int excluded = 0;
        var buffer = new ulong[WordFile.BufferWords];
        file.Scan(0, buffer, (from, words) =>
        {
            for (int i = 0; i < words.Length; i++)
            {
                rankOf[from + i] = (int)words[i];
                baseKept += (words[i] & KeptByBase) != 0 ? 1 : 0;
                excluded += (words[i] & DroppedByBase) != 0 ? 1 : 0;
            }
        });
        file.Scan(1, buffer, (from, words) =>
        {
            for (int i = 0; i < words.Length; i++)
            {
                ordinalOf[from + i] = (int)words[i];
                firstOf[from + i] = (int)(words[i] >> 32);
            }
        });
        return new RankTable(rankOf, ordinalOf, firstOf, baseKept, excluded);
    }

    /// <summary>
    /// Reads only what the join of bands needs: by ordinal, the rank of a file that is the first with its set, and −1 for any other; and
    /// how many files a base keeps.
    /// </summary>
    public static (int[] Firsts, int BaseKept) ReadFirsts(string path)
    {
        using var file = new WordFileReader(path);
        var ranks = new int[file.Rows];
        int baseKept = 0;
        file.Scan(0, new ulong[WordFile.BufferWords], (from, words) =>
        {
            for (int i = 0; i < words.Length; i++)
            {
                ranks[from + i] = (words[i] & SkipsJoin) != 0 ? -1 : (int)words[i];
                baseKept += (words[i] & KeptByBase) != 0 ? 1 : 0;
            }
        });
        return (ranks, baseKept);
    }

    private static void MergeRuns(
        SignatureParts signatures, int firstPart, IReadOnlyList<string> runs, Span<int> ordinalOf, CancellationToken cancellation)
    {
        var readers = new RankRunReader?[runs.Count];
        try
        {
            var heads = new PriorityQueue<int, int>(runs.Count, Comparer<int>.Create((left, right) =>
            {
                int order = readers[left]!.Key.SequenceCompareTo(readers[right]!.Key);
                return order != 0 ? order : left.CompareTo(right);
            }));
            for (int part = 0; part < runs.Count; part++)
            {
                readers[part] = new RankRunReader(runs[part]);
                if (readers[part]!.MoveNext())
                {
                    heads.Enqueue(part, part);
                }
            }

            for (int rank = 0; rank < ordinalOf.Length; rank++)
            {
                int part = heads.Dequeue();
                ordinalOf[rank] = signatures.Start(firstPart + part) + readers[part]!.Row;
                if (readers[part]!.MoveNext())
                {
                    heads.Enqueue(part, part);
                }

                if (rank % 65_536 == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            foreach (RankRunReader? reader in readers)
            {
                reader?.Dispose();
            }
        }
    }

    // Sorting words of (first bits of the fingerprint, rank) brings files together that may have equal sets; then whole fingerprints are
    // compared.
    private static int[] FindFirsts(SignatureParts signatures, int[] rankOf, int[] ordinalOf, int end, CancellationToken cancellation)
    {
        int files = rankOf.Length;
        int rankBits = KeyedRanks.RankBits(files);
        var words = new ulong[files];
        var buffer = new ulong[WordFile.BufferWords];
        for (int part = 0; part < signatures.Count; part++)
        {
            cancellation.ThrowIfCancellationRequested();
            int start = signatures.Start(part);
            signatures[part].Scan(SignatureColumn.FingerprintHigh, buffer, (row, highs) =>
            {
                for (int i = 0; i < highs.Length; i++)
                {
                    int ordinal = start + (int)row + i;
                    words[ordinal] = KeyedRanks.Pack(highs[i], rankOf[ordinal], rankBits);
                }
            });
        }

        var firstOf = new int[files];
        for (int rank = 0; rank < files; rank++)
        {
            firstOf[rank] = rank;
        }

        KeyedRanks.ForEachGroup(words, new ulong[files], rankBits, group =>
        {
            var members = new List<(Fingerprint Set, int Rank)>(group.Length);
            foreach (ulong word in group)
            {
                int rank = KeyedRanks.Rank(word, rankBits);
                if (rank < end)
                {
                    members.Add((signatures.Fingerprint(ordinalOf[rank]), rank));
                }
            }

            members.Sort();
            for (int i = 1; i < members.Count; i++)
            {
                if (members[i].Set == members[i - 1].Set)
                {
                    firstOf[members[i].Rank] = firstOf[members[i - 1].Rank];
                }
            }
        });
        return firstOf;
    }
}
