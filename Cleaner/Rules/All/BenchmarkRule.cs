using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>Texts that hold a problem of a benchmark: a model trained on them could not be measured by that benchmark.</summary>
internal sealed class BenchmarkRule : TextRule
{
    /// <inheritdoc/>
    public override string Name => "benchmark";

    /// <inheritdoc/>
    public override string Sentence => "Files that contain a problem of a benchmark.";

    /// <inheritdoc/>
    public override string Detail => "The value names the problem.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => [nameof(CleanOptions.BenchmarkFiles)];

    /// <inheritdoc/>
    public override TextCheck? Build(RuleSettings settings, BenchmarkIndex? benchmarks) =>
        benchmarks is null ? null : new Check(Name, benchmarks);

    private sealed class Check(string name, BenchmarkIndex index) : TextCheck
    {
        private readonly BenchmarkIndex.Scanner _scanner = new(index);

        public override AppliedRule Applied => new(name, "", "");

        public override Finding? Judge(JudgedText text) =>
            _scanner.Find(text.Text) is { } found ? new Finding(name, $"{found.Problem} {found.Part}", "") : null;
    }
}
