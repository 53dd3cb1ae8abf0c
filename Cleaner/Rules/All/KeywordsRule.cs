using DataForge.Python;

namespace DataForge.Cleaner.Rules.All;

/// <summary>
/// PyCodeGPT: "more than two typical keywords". Statement keywords are counted as tokens, so neither in strings nor in comments.
/// </summary>
internal sealed class KeywordsRule : NumberRule
{
    /// <summary>Fewest keywords.</summary>
    public static readonly PresetNumber<int> MinKeywords = new(
        nameof(MinKeywords), "Fewest statement keywords outside strings and comments.", 0, int.MaxValue, (CleanPreset.PyCodeGpt, 3));

    private static readonly string[] Keywords =
    [
        "def", "class", "if", "elif", "else", "for", "while", "with", "try", "except", "finally", "return", "yield", "raise", "lambda",
    ];

    private static readonly byte[][] KeywordBytes = [.. Keywords.Select(System.Text.Encoding.ASCII.GetBytes)];

    /// <inheritdoc/>
    public override string Name => "keywords_min";

    /// <inheritdoc/>
    public override string Sentence => "Files with fewer Python keywords, such as def, if, for and return, than the threshold.";

    /// <inheritdoc/>
    public override string Detail => $"Keywords are counted as tokens: {string.Join(", ", Keywords)}.";

    /// <inheritdoc/>
    protected override PresetOption Threshold => MinKeywords;

    /// <inheritdoc/>
    protected override Direction Direction => Direction.AtLeast;

    /// <inheritdoc/>
    public override double Measure(JudgedText text)
    {
        ParseFacts facts = text.Facts;
        int count = 0;
        foreach (byte[] keyword in KeywordBytes)
        {
            count += facts.CountOf(keyword);
        }

        return count;
    }
}
