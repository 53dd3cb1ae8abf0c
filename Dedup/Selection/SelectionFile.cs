using DataForge.Corpus.Shingling;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Selection;

/// <summary>
/// The selection's decisions as an intermediate file with three columns by ordinal: twin's ordinal + 1, similarity, rule.
/// </summary>
internal static class SelectionFile
{
    /// <summary>Writes the decisions.</summary>
    public static void Write(string path, SelectionResult result, RankTable ranks, SignatureParts signatures)
    {
        using var file = new WordFileWriter(path);
        file.WriteColumn(ranks.Count, ordinal =>
        {
            int twin = result.Twins[ranks.RankOf[ordinal]];
            return twin == SelectionResult.Kept ? 0 : (ulong)ranks.OrdinalOf[twin] + 1;
        });
        file.WriteColumn(ranks.Count, ordinal => BitConverter.DoubleToUInt64Bits(result.Similarities[ranks.RankOf[ordinal]]));
        file.WriteColumn(ranks.Count, ordinal =>
        {
            int rank = ranks.RankOf[ordinal];
            int twin = result.Twins[rank];
            DropRule ofUnmatched = rank < ranks.End ? DropRule.None : DropRule.DroppedByBase;
            return twin == SelectionResult.Kept ? (ulong)ofUnmatched : (ulong)RuleOf(signatures, ordinal, ranks.OrdinalOf[twin]);
        });
        file.Close();
    }

    /// <summary>Reads, by ordinal, whether a file is kept.</summary>
    public static bool[] ReadKept(string path)
    {
        using var file = new WordFileReader(path);
        return Array.ConvertAll(file.ReadColumn(2), rule => rule == (ulong)DropRule.None);
    }

    /// <summary>Reads the decisions about files from an ordinal on.</summary>
    public static Decision[] Read(WordFileReader file, int from, int count)
    {
        var words = new ulong[count];
        var decisions = new Decision[count];
        file.Read(0, from, words);
        for (int i = 0; i < count; i++)
        {
            decisions[i] = new Decision(DropRule.None, (int)((long)words[i] - 1), 0);
        }

        file.Read(1, from, words);
        for (int i = 0; i < count; i++)
        {
            decisions[i] = decisions[i] with { Similarity = BitConverter.UInt64BitsToDouble(words[i]) };
        }

        file.Read(2, from, words);
        for (int i = 0; i < count; i++)
        {
            decisions[i] = decisions[i] with { Rule = (DropRule)words[i] };
        }

        return decisions;
    }

    private static DropRule RuleOf(SignatureParts signatures, int ordinal, int twin) =>
        signatures.Word(ordinal, SignatureColumn.FoldedText) == signatures.Word(twin, SignatureColumn.FoldedText)
        && signatures.Fingerprint(ordinal) == signatures.Fingerprint(twin)
            ? DropRule.ExactDuplicate
            : DropRule.NearDuplicate;
}
