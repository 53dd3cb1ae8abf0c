using DataForge.Cleaner.Decontamination;
using DataForge.Cleaner.Licenses;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>
/// CodeParrot: a configuration or test file is dropped with a probability. A file is one if its first five lines say so, or if "config"
/// or "test" stands in it more often than on 5 % of its lines, and at least twice: in a file of under 20 lines 5 % is 0, and one "test"
/// would do.
/// </summary>
internal sealed class ConfigOrTestRule : TextRule
{
    /// <summary>The probability.</summary>
    public static readonly PresetNumber<double> ConfigOrTestDrop = new(
        nameof(ConfigOrTestDrop), "Probability with which a configuration or test file is dropped.", 0, 1, (CleanPreset.CodeParrot, 0.7));

    // Any number that no other random rule has.
    private const ulong Salt = 1;

    // CodeParrot's preprocessing.py, is_config_or_test: coeff=0.05.
    private const double Share = 0.05;

    /// <inheritdoc/>
    public override string Name => "config_or_test";

    /// <inheritdoc/>
    public override string Sentence => "Some of the files that speak of tests or configuration, drawn with the probability given.";

    /// <inheritdoc/>
    public override string Detail =>
        "\"unit tests\", \"test file\" or \"configuration file\" is in the first five lines, or \"config\" or \"test\" is in "
        + "the file more often than on 5 % of the lines and more than once.";

    /// <inheritdoc/>
    public override IReadOnlyList<PresetValue> Settings => [ConfigOrTestDrop];

    /// <inheritdoc/>
    public override TextCheck? Build(RuleSettings settings, BenchmarkIndex? benchmarks) =>
        settings.Number(ConfigOrTestDrop) is { } probability ? new Check(Name, probability) : null;

    // Whether a text contains a word (given in lower case) more often than the limit, in any case; occurrences do not overlap.
    private static bool IsMoreOften(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word, int limit)
    {
        int count = 0;
        while (CopyrightLine.IndexOfIgnoreCase(text, word) is >= 0 and int at)
        {
            if (++count > limit)
            {
                return true;
            }

            text = text[(at + word.Length)..];
        }

        return false;
    }

    private sealed class Check(string name, double probability) : TextCheck
    {
        private static readonly Phrase[] Markers = Phrase.Of("unit tests", "test file", "configuration file");

        public override AppliedRule Applied => new(name, "dropped with probability", Finding.Number(probability));

        public override Finding? Judge(JudgedText text)
        {
            if (text.Chance(Salt) >= probability)
            {
                return null;
            }

            string? marker = FirstLines.Find(text.Text, Markers);
            if (marker is null)
            {
                int limit = Math.Max(1, (int)(Share * text.Text.Count((byte)'\n')));
                marker = IsMoreOften(text.Text, "config"u8, limit) ? "config" : IsMoreOften(text.Text, "test"u8, limit) ? "test" : null;
            }

            return marker is null ? null : new Finding(name, marker, Finding.Number(probability));
        }
    }
}
