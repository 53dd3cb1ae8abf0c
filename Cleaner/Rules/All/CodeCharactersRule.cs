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

    // Most texts pass by far, and finding their comments takes as long as half of parsing them. A comment is no more than what stands
    // behind the first '#' of a line; if all of that is one, the share is the least that it can be.
    /// <inheritdoc/>
    protected override bool SurelyPasses(JudgedText text, double threshold)
    {
        TextStatistics all = text.Statistics;
        long code = all.Characters - all.WhiteSpace;
        ReadOnlySpan<byte> rest = text.Text;
        while (all.Foreign > 0 && code > 0 && rest.IndexOf((byte)'#') is >= 0 and int hash)
        {
            rest = rest[hash..];
            int length = rest.IndexOf((byte)'\n') is >= 0 and int end ? end : rest.Length;
            code -= length;
            rest = rest[length..];
        }

        return code > 0 && 1 - ((double)all.Foreign / code) >= threshold;
    }
}
