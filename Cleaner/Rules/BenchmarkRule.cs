using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules;

/// <summary>The text holds a problem of a benchmark, which a model trained on it could not be measured by any more.</summary>
internal sealed class BenchmarkRule(BenchmarkIndex index) : ContentRule
{
    public const string Name = "benchmark";
    private readonly BenchmarkIndex.Scanner _scanner = new(index);

    public override AppliedRule Applied => new(Name, "", "");

    public override Finding? Judge(JudgedText text) => _scanner.Find(text.Text) is { } found ? new Finding(Name, $"{found.Problem} {found.Part}", "") : null;
}
