using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>Sources that are no text: they hold a NUL byte. Decoding finds it (<see cref="Text.SourceText"/>).</summary>
internal sealed class BinaryRule : ContentRule
{
    /// <inheritdoc/>
    public override string Name => RuleNames.Binary;

    /// <inheritdoc/>
    public override string Sentence => "Files with a NUL byte.";

    /// <inheritdoc/>
    public override string Detail => "In the source, or in the text that the source decodes to.";

    /// <inheritdoc/>
    public override AppliedRule Applied(CleanOptions options, RuleSettings settings, BenchmarkIndex? benchmarks) => new(Name, "", "");

    /// <summary>A NUL byte in a source.</summary>
    public static Finding InSource(int position) => new(RuleNames.Binary, $"NUL at byte {position}", "");

    /// <summary>A NUL byte in the text of a source whose encoding may have NUL bytes.</summary>
    public static Finding InText(int position) => new(RuleNames.Binary, $"NUL at byte {position} of the decoded text", "");
}
