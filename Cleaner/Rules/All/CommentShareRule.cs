using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;
using DataForge.Python;

namespace DataForge.Cleaner.Rules.All;

/// <summary>SantaCoder: the share of comments and docstrings must be neither too small nor too great.</summary>
internal sealed class CommentShareRule : TextRule
{
    /// <summary>Least share.</summary>
    public static readonly PresetNumber<double> MinCommentShare = new(
        nameof(MinCommentShare), "Least share of comments and docstrings among all bytes.", 0, 1, (CleanPreset.SantaCoder, 0.01));

    /// <summary>Greatest share.</summary>
    public static readonly PresetNumber<double> MaxCommentShare = new(
        nameof(MaxCommentShare), "Greatest share of comments and docstrings among all bytes.", 0, 1, (CleanPreset.SantaCoder, 0.8));

    /// <inheritdoc/>
    public override string Name => "comment_share";

    /// <inheritdoc/>
    public override string Sentence => "Files whose share of comments and docstrings is below or above the thresholds.";

    /// <inheritdoc/>
    public override string Detail => "The share is among all bytes. What is not Python passes.";

    /// <inheritdoc/>
    public override IReadOnlyList<PresetValue> Settings => [MinCommentShare, MaxCommentShare];

    /// <inheritdoc/>
    public override TextCheck? Build(RuleSettings settings, BenchmarkIndex? benchmarks)
    {
        double? least = settings.Number(MinCommentShare);
        double? most = settings.Number(MaxCommentShare);
        return least is null && most is null ? null : new Check(Name, least ?? 0, most ?? 1);
    }

    private sealed class Check(string name, double least, double most) : TextCheck
    {
        public override AppliedRule Applied => new(name, "between", $"{Finding.Number(least)} and {Finding.Number(most)}");

        public override string Measure(JudgedText text) => ShareOf(text) is { } share ? Finding.Number(share) : "none";

        public override Finding? Judge(JudgedText text) => ShareOf(text) is not { } share ? null
            : share < least ? Finding.Of(name, share, least)
            : share > most ? Finding.Of(name, share, most)
            : null;

        private static double? ShareOf(JudgedText text) => text.Verdict.Outcome == ParseOutcome.Invalid || text.Text.IsEmpty
            ? null
            : (double)(text.Facts.CommentBytes + text.Facts.DocstringBytes) / text.Text.Length;
    }
}
