using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>
/// Occurrences whose licence is of no class that passes. <see cref="Steps.LicensePolicy"/> applies it, where the file's own header is
/// known.
/// </summary>
internal sealed class LicenseRule : Rule
{
    /// <inheritdoc/>
    public override string Name => RuleNames.License;

    /// <inheritdoc/>
    public override RuleSubject Subject => RuleSubject.Occurrence;

    /// <inheritdoc/>
    public override string Sentence => "Files whose licence is not of a class that passes, or for which none was found.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => [nameof(CleanOptions.LicensePolicy)];

    /// <inheritdoc/>
    public override AppliedRule Applied(CleanOptions options, RuleSettings settings, BenchmarkIndex? benchmarks) =>
        new(Name, "one of", PolicyOf(options));

    /// <summary>The evaluation under these options.</summary>
    public Check Build(CleanOptions options) => new(Name, options);

    private static string PolicyOf(CleanOptions options) => string.Join(",", options.LicensePolicy);

    /// <summary>Judges licences. Serves one thread.</summary>
    internal sealed class Check(string name, CleanOptions options)
    {
        private readonly HashSet<LicenseClass> _policy = [.. options.LicensePolicy.Select(LicenseClasses.Parse)];
        private readonly string _policyText = PolicyOf(options);

        /// <summary>Why an occurrence is dropped; null if it passes.</summary>
        /// <param name="expression">The SPDX expression of its licence; empty if none was found.</param>
        /// <param name="value">The class of that licence.</param>
        public Finding? Judge(string expression, LicenseClass value) => _policy.Contains(value) ? null
            : new Finding(name, Finding.Cut(expression.Length == 0 ? "none" : $"{expression} ({value.Name()})"), _policyText);
    }
}
