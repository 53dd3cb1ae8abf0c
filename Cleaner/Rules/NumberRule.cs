using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules;

/// <summary>On which side of its threshold a number passes.</summary>
internal enum Direction
{
    /// <summary>A text passes where the number is the threshold or more.</summary>
    AtLeast,

    /// <summary>A text passes where the number is the threshold or less.</summary>
    AtMost,
}

/// <summary>A rule that measures one number of a text and compares it with one threshold.</summary>
internal abstract class NumberRule : TextRule
{
    /// <summary>The option that holds the threshold.</summary>
    protected abstract PresetOption Threshold { get; }

    /// <summary>On which side of the threshold a text passes.</summary>
    protected abstract Direction Direction { get; }

    /// <inheritdoc/>
    public sealed override IReadOnlyList<PresetValue> Settings => [Threshold];

    /// <summary>The number measured; <see cref="double.NaN"/> if a text has nothing to measure, which passes.</summary>
    public abstract double Measure(JudgedText text);

    /// <inheritdoc/>
    public sealed override TextCheck? Build(RuleSettings settings, BenchmarkIndex? benchmarks) =>
        settings.Number(Threshold) is { } option && Passing(option) is var bound && (Direction == Direction.AtMost || bound > 0)
            ? new Check(this, bound)
            : null;

    /// <summary>
    /// The greatest or least number that passes under the option's value; the value itself unless the option excludes it.
    /// </summary>
    protected virtual double Passing(double option) => option;

    /// <summary>Whether a text is known to pass without measuring it exactly; false where it must be measured.</summary>
    /// <param name="text">The text.</param>
    /// <param name="threshold">The threshold.</param>
    protected virtual bool SurelyPasses(JudgedText text, double threshold) => false;

    private sealed class Check(NumberRule rule, double threshold) : TextCheck
    {
        private readonly bool _isMost = rule.Direction == Direction.AtMost;

        public override AppliedRule Applied => new(rule.Name, _isMost ? "at most" : "at least", Finding.Number(threshold));

        public override Finding? Judge(JudgedText text)
        {
            if (rule.SurelyPasses(text, threshold))
            {
                return null;
            }

            double value = rule.Measure(text);
            return (_isMost ? value > threshold : value < threshold) ? Finding.Of(rule.Name, value, threshold) : null;
        }

        public override string Measure(JudgedText text) =>
            rule.Measure(text) is var value && double.IsNaN(value) ? "none" : Finding.Number(value);
    }
}
