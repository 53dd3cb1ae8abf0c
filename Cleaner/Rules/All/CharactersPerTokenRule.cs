namespace DataForge.Cleaner.Rules.All;

/// <summary>
/// CodeParrot and SantaCoder: files with few characters per token. Tokens are estimated, because the tokenizer is trained on what
/// passes here: one for each 6 letters of a word or fewer, one for each 3 digits of a number or fewer, one for each run of white space
/// but a single space, and one for each other character.
/// </summary>
internal sealed class CharactersPerTokenRule : NumberRule
{
    /// <summary>Fewest characters per token.</summary>
    public static readonly PresetNumber<double> MinCharactersPerToken = new(
        nameof(MinCharactersPerToken), "Fewest characters per token, tokens estimated.", 0, double.MaxValue,
        (CleanPreset.CodeParrot, 1.5), (CleanPreset.SantaCoder, 2.5));

    // Byte-level BPE vocabularies of code hold most words of up to six letters whole, and numbers in groups of three digits. The
    // estimate only has to tell data (about one character per token) from code (about three).
    private const int LettersPerToken = 6;
    private const int DigitsPerToken = 3;

    /// <inheritdoc/>
    public override string Name => "characters_per_token";

    /// <inheritdoc/>
    public override string Sentence => "Files with fewer characters per token than the threshold.";

    /// <inheritdoc/>
    public override string Detail => "Tokens are estimated, see below.";

    /// <inheritdoc/>
    protected override PresetOption Threshold => MinCharactersPerToken;

    /// <inheritdoc/>
    protected override Direction Direction => Direction.AtLeast;

    /// <inheritdoc/>
    public override double Measure(JudgedText text) =>
        TokensIn(text.Text) is > 0 and var tokens ? (double)text.Statistics.Characters / tokens : double.NaN;

    private static long TokensIn(ReadOnlySpan<byte> bytes)
    {
        long tokens = 0;
        for (int at = 0; at < bytes.Length;)
        {
            int start = at;
            byte b = bytes[at];
            if (IsLetter(b))
            {
                while (at < bytes.Length && IsLetter(bytes[at]))
                {
                    at++;
                }

                tokens += (at - start + LettersPerToken - 1) / LettersPerToken;
            }
            else if (b is >= (byte)'0' and <= (byte)'9')
            {
                while (at < bytes.Length && bytes[at] is >= (byte)'0' and <= (byte)'9')
                {
                    at++;
                }

                tokens += (at - start + DigitsPerToken - 1) / DigitsPerToken;
            }
            else if (b is (byte)' ' or (byte)'\n' or (byte)'\t')
            {
                while (at < bytes.Length && bytes[at] is (byte)' ' or (byte)'\n' or (byte)'\t')
                {
                    at++;
                }

                // A single space is part of the token of the word after it.
                tokens += at - start == 1 && b == ' ' ? 0 : 1;
            }
            else
            {
                at++;
                tokens++;
            }
        }

        return tokens;
    }

    private static bool IsLetter(byte b) => (byte)((b | 0x20) - 'a') < 26 || b == '_';
}
