using DataForge.Cleaner.Text;
using DataForge.Python;

namespace DataForge.Cleaner.Rules.All;

/// <summary>
/// PyCodeGPT's alphanumeric rate: of the characters that are neither white space nor comment, the share that are letters, numerals or
/// ASCII punctuation, which is what Python's own text is made of.
/// </summary>
internal sealed class CodeCharactersRule : NumberRule
{
    /// <summary>Least share.</summary>
    public static readonly PresetNumber<double> MinCodeCharacters = new(
        nameof(MinCodeCharacters),
        "Least share of letters, numerals and ASCII punctuation among the characters that are neither white space nor comment.", 0, 1,
        (CleanPreset.PyCodeGpt, 0.98));

    /// <inheritdoc/>
    public override string Name => "code_characters";

    /// <inheritdoc/>
    public override string Sentence =>
        "Files whose share of letters, numerals and ASCII punctuation, among what is neither white space nor comment, is below "
        + "the threshold.";

    /// <inheritdoc/>
    protected override PresetOption Threshold => MinCodeCharacters;

    /// <inheritdoc/>
    protected override Direction Direction => Direction.AtLeast;

    /// <inheritdoc/>
    public override double Measure(JudgedText text)
    {
        TextStatistics all = text.Statistics;
        long foreign = all.Foreign;
        if (foreign == 0)
        {
            return 1;
        }

        long characters = all.Characters - all.WhiteSpace;
        PythonLexer lexer = new(text.Text, LexerOptions.WholeFStrings);
        while (lexer.Next())
        {
            if (lexer.Kind == TokenKind.Comment)
            {
                TextStatistics comment = TextStatistics.Of(lexer.Text);
                foreign -= comment.Foreign;
                characters -= comment.Characters - comment.WhiteSpace;
            }
        }

        return characters <= 0 ? 1 : 1 - ((double)foreign / characters);
    }
}
