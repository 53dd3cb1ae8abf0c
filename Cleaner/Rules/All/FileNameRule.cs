using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>PyCodeGPT: file names that seldom hold code of interest.</summary>
internal sealed class FileNameRule : OccurrenceRule
{
    /// <summary>Whether such files are dropped.</summary>
    public static readonly PresetSwitch DropNames = new(
        nameof(DropNames), "Whether `__init__.py`, `setup.py` and `*_pb2.py` are dropped.", CleanPreset.PyCodeGpt);

    /// <inheritdoc/>
    public override string Name => "name";

    /// <inheritdoc/>
    public override string Sentence => "File names that rarely have code of interest.";

    /// <inheritdoc/>
    public override string Detail => "These are `__init__.py`, `setup.py` and `*_pb2.py`.";

    /// <inheritdoc/>
    public override IReadOnlyList<PresetValue> Settings => [DropNames];

    /// <inheritdoc/>
    public override AppliedRule? Applied(CleanOptions options, RuleSettings settings, BenchmarkIndex? benchmarks) =>
        settings.IsOn(DropNames) ? new AppliedRule(Name, "none of", "__init__.py, setup.py, *_pb2.py") : null;

    /// <inheritdoc/>
    public override OccurrenceCheck? Build(OccurrenceContext context) =>
        context.Settings.IsOn(DropNames) ? (row, _) => PatternOf(row.Path) is { } pattern ? new Finding(Name, pattern, "") : null : null;

    private static string? PatternOf(string path)
    {
        ReadOnlySpan<char> name = path.AsSpan(path.LastIndexOf('/') + 1);
        return name is "__init__.py" ? "__init__.py"
            : name is "setup.py" ? "setup.py"
            : name.EndsWith("_pb2.py", StringComparison.Ordinal) ? "*_pb2.py"
            : null;
    }
}
