using DataForge.Dedup.Ranking;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Selection;

/// <summary>What became of one file.</summary>
/// <param name="Rule">The rule it left by; <see cref="DropRule.None"/> for a kept one.</param>
/// <param name="TwinOrdinal">The ordinal of its kept twin; −1 for a kept one.</param>
/// <param name="Similarity">Its Jaccard similarity with the twin; 0 for a kept one.</param>
internal readonly record struct Fate(DropRule Rule, int TwinOrdinal, double Similarity);

/// <summary>The rules of this stage.</summary>
internal enum DropRule
{
    /// <summary>The file stays.</summary>
    None = 0,

    /// <summary>The kept twin has the same folded text and the same shingle set.</summary>
    ExactDuplicate = 1,

    /// <summary>The kept twin's shingle set is at least as similar as the threshold asks.</summary>
    NearDuplicate = 2,

    /// <summary>A base dropped the file, or left it out for its own base; it is no matter of this run.</summary>
    LeftBefore = 3,
}

/// <summary>The selection's outcome as an intermediate file, by ordinal: twin's ordinal + 1, similarity, rule.</summary>
internal static class SelectionFile
{
    private const int BufferWords = 1 << 16;

    /// <summary>Writes the outcome.</summary>
    public static void Write(string path, SelectionResult result, RankTable ranks, SignatureParts signatures)
    {
        using var file = new WordFileWriter(path);
        WriteColumn(file, ranks.Count, ordinal =>
        {
            int twin = result.Twins[ranks.RankOf[ordinal]];
            return twin == SelectionResult.Kept ? 0 : (ulong)ranks.OrdinalOf[twin] + 1;
        });
        WriteColumn(file, ranks.Count, ordinal => BitConverter.DoubleToUInt64Bits(result.Similarities[ranks.RankOf[ordinal]]));
        WriteColumn(file, ranks.Count, ordinal =>
        {
            int rank = ranks.RankOf[ordinal];
            int twin = result.Twins[rank];
            DropRule ofUnmatched = rank < ranks.End ? DropRule.None : DropRule.LeftBefore;
            return twin == SelectionResult.Kept ? (ulong)ofUnmatched : (ulong)RuleOf(signatures, ordinal, ranks.OrdinalOf[twin]);
        });
        file.Close();
    }

    /// <summary>Reads, by ordinal, whether a file was kept.</summary>
    public static bool[] ReadKept(string path)
    {
        using var file = new WordFileReader(path);
        return Array.ConvertAll(file.ReadColumn(2), rule => rule == (ulong)DropRule.None);
    }

    /// <summary>Reads the fates of files from an ordinal on.</summary>
    public static Fate[] Read(WordFileReader file, int from, int count)
    {
        var words = new ulong[count];
        var fates = new Fate[count];
        file.Read(0, from, words);
        for (int i = 0; i < count; i++)
        {
            fates[i] = new Fate(DropRule.None, (int)((long)words[i] - 1), 0);
        }

        file.Read(1, from, words);
        for (int i = 0; i < count; i++)
        {
            fates[i] = fates[i] with { Similarity = BitConverter.UInt64BitsToDouble(words[i]) };
        }

        file.Read(2, from, words);
        for (int i = 0; i < count; i++)
        {
            fates[i] = fates[i] with { Rule = (DropRule)words[i] };
        }

        return fates;
    }

    private static DropRule RuleOf(SignatureParts signatures, int ordinal, int twin) =>
        signatures.Word(ordinal, SignatureColumn.FoldedText) == signatures.Word(twin, SignatureColumn.FoldedText)
        && signatures.Fingerprint(ordinal) == signatures.Fingerprint(twin)
            ? DropRule.ExactDuplicate
            : DropRule.NearDuplicate;

    private static void WriteColumn(WordFileWriter file, int count, Func<int, ulong> word)
    {
        var buffer = new ulong[Math.Min(count, BufferWords)];
        for (int from = 0; from < count; from += buffer.Length)
        {
            int length = Math.Min(buffer.Length, count - from);
            for (int i = 0; i < length; i++)
            {
                buffer[i] = word(from + i);
            }

            file.Append(buffer.AsSpan(0, length));
        }

        file.EndColumn();
    }
}
