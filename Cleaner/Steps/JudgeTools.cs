using DataForge.Cleaner.Decontamination;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Text;
using DataForge.Corpus.Shingling;

namespace DataForge.Cleaner.Steps;

/// <summary>
/// What a thread judges contents with: rules, and memory for one text after another. It is reused for one part after another, because the
/// memory for the largest texts would be garbage that is collected late, and what was read from headers and sentences comes back in other
/// parts. What it keeps changes no result. Not safe from several threads.
/// </summary>
/// <param name="options">The options of the stage.</param>
/// <param name="benchmarks">The problems that no file may hold; null if none are given.</param>
/// <param name="shingles">The shingles that are computed ahead; null for none.</param>
internal sealed class JudgeTools(CleanOptions options, BenchmarkIndex? benchmarks, ShingleSettings? shingles)
{
    /// <summary>The rules on texts.</summary>
    public RuleSet Rules { get; } = new(RuleSettings.Of(options), benchmarks);

    /// <summary>Decides about licences.</summary>
    public LicensePolicy Policy { get; } = new(options);

    /// <summary>Makes the text that ships.</summary>
    public ShippedText Shipped { get; } = new(RuleSettings.Of(options), options.Redact);

    /// <summary>The text that is judged.</summary>
    public JudgedText Text { get; } = new();

    /// <summary>Computes shingles; null if nobody wants them.</summary>
    public TextShingles? Shingles { get; } = shingles is null ? null : new TextShingles(shingles);
}
