using DataForge.Cleaner.Decontamination;
using DataForge.Cleaner.Text;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>Sources that do not decode. Decoding finds it (<see cref="SourceText"/>).</summary>
internal sealed class EncodingRule : ContentRule
{
    /// <summary>A source that is not UTF-8 and declares no other encoding.</summary>
    public static readonly Finding NotUtf8 = new(RuleNames.Encoding, "not UTF-8, and no encoding is declared", "");

    /// <inheritdoc/>
    public override string Name => RuleNames.Encoding;

    /// <inheritdoc/>
    public override string Sentence => "Files that are not valid in the encoding they declare, or declare none and are not UTF-8.";

    /// <inheritdoc/>
    public override AppliedRule Applied(CleanOptions options, RuleSettings settings, BenchmarkIndex? benchmarks) => new(Name, "", "");

    /// <summary>A source that is not valid in the encoding it declares.</summary>
    public static Finding NotValid(string declared) =>
        NotUtf8 with { Value = $"declared {EncodingCookie.Printable(declared)}, but not valid" };

    /// <summary>A source whose byte order mark says UTF-8 and whose declaration says otherwise.</summary>
    public static Finding AgainstMark(string declared) =>
        NotUtf8 with { Value = $"declared {EncodingCookie.Printable(declared)}, against its byte order mark" };

    /// <summary>A source that declares an encoding that CPython does not know.</summary>
    public static Finding NotKnown(string declared) =>
        NotUtf8 with { Value = $"declared {EncodingCookie.Printable(declared)}, which is not known" };
}
