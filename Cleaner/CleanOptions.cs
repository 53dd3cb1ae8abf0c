using System.ComponentModel.DataAnnotations;
using DataForge.Cleaner.Decontamination;
using DataForge.Cleaner.Rules;
using DataForge.Corpus;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;

namespace DataForge.Cleaner;

/// <summary>
/// A published recipe: the rules and thresholds with which a known dataset was made. docs/rules.md has their sources and what each
/// sets.
/// </summary>
public enum CleanPreset
{
    /// <summary>PyCodeGPT / CERT.</summary>
    PyCodeGpt,

    /// <summary>CodeParrot.</summary>
    CodeParrot,

    /// <summary>StarCoder and The Stack v2.</summary>
    StarCoder,

    /// <summary>SantaCoder: StarCoder's rules, and those about stars, comments and characters per token.</summary>
    SantaCoder,

    /// <summary>Codex.</summary>
    Codex,

    /// <summary>No recipe: a file must decode and have a licence that passes, and that is all.</summary>
    None,
}

/// <summary>What happens to a content whose occurrences are known to be under different licences.</summary>
public enum LicenseConflict
{
    /// <summary>It is dropped, so that one copy with a more permissive label does not decide for all.</summary>
    Drop,

    /// <summary>It is dropped only where the classes differ: MIT beside BSD passes, MIT beside GPL does not.</summary>
    DropIfClassDiffers,

    /// <summary>It is kept, under the licence of the best surviving occurrence.</summary>
    Keep,
}

/// <summary>
/// Options of the cleaner: those of the stage are properties here, those of rules are declared by the rules (<see cref="Rules"/>).
/// </summary>
public sealed class CleanOptions : IValidatableObject
{
    /// <summary>The recipe whose rules and thresholds apply, except for the options that are set. Default PyCodeGpt.</summary>
    public CleanPreset Preset { get; set; } = CleanPreset.PyCodeGpt;

    /// <summary>
    /// Licence classes that pass: permissive, public-domain, weak-copyleft, strong-copyleft, unknown, none. Default permissive and
    /// public-domain.
    /// </summary>
    public DefaultedList LicensePolicy { get; set; } = new("permissive", "public-domain");

    /// <summary>What happens if known licences of a content's occurrences disagree. Default Drop.</summary>
    public LicenseConflict LicenseConflict { get; set; } = LicenseConflict.Drop;

    /// <summary>Whether files in vendored folders are kept (marked as vendored). Default false: they are dropped.</summary>
    public bool KeepVendored { get; set; }

    /// <summary>
    /// A file of opt-outs, one per line: a repository's name; an owner's name, alone or ending in <c>/*</c>, for all repositories of
    /// the owner; or a repository's name and a path, separated by a space. <c>#</c> begins a comment. Its content, not its path, is
    /// part of the options hash. Repositories that <c>dataforge optout</c> removed stay out without this file.
    /// </summary>
    [NotHashed]
    public string? OptOutFile { get; set; }

    /// <summary>
    /// Benchmark files and folders (HumanEval, MBPP, MTPB, APPS): files that contain one of their problems are dropped. Default none.
    /// Their content, not their paths, is part of the options hash.
    /// </summary>
    [NotHashed]
    public DefaultedList BenchmarkFiles { get; set; } = new();

    /// <summary>
    /// The options of the rules, such as <c>MaxLine</c> (<c>docs/rules.md</c> has them all). A rule's option that is null takes what
    /// the preset says.
    /// </summary>
    public RuleOptions Rules { get; } = new();

    /// <summary>
    /// Whether e-mail addresses, public IP addresses, keys, tokens and passwords in strings and comments are replaced by placeholders.
    /// Default true.
    /// </summary>
    public bool Redact { get; set; } = true;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        foreach (string fault in Rules.Faults())
        {
            yield return new ValidationResult(fault);
        }

        string[] known = [.. Enum.GetValues<LicenseClass>().Select(value => value.Name())];
        foreach (string name in LicensePolicy.Where(name => !known.Contains(name, StringComparer.Ordinal)))
        {
            yield return new ValidationResult($"LicensePolicy: '{name}' is no licence class; the classes are {string.Join(", ", known)}.");
        }

        if (LicensePolicy.Count == 0)
        {
            yield return new ValidationResult("LicensePolicy: at least one licence class must pass.");
        }

        if (OptOutFile is not null && !File.Exists(OptOutFile))
        {
            yield return new ValidationResult($"OptOutFile: {OptOutFile} does not exist.");
        }

        foreach (string path in BenchmarkFiles.Where(path => !File.Exists(path) && !Directory.Exists(path)))
        {
            yield return new ValidationResult($"BenchmarkFiles: {path} does not exist.");
        }
    }

    /// <summary>
    /// The hash of the options that decide rows, with the files they name, the workspace's opt-outs and the version of the code.
    /// </summary>
    internal string Hash(BenchmarkIndex? benchmarks, WorkspaceOptOuts removed) => StageHash.Combine(
    [
        StageHash.OfOptions(StageNames.Clean, CleanStage.CodeVersion, this),
        OptOutFile is { } file ? StageHash.OfFile(file) : "",
        benchmarks?.Hash ?? "",
        .. removed.Hash.Length > 0 ? [removed.Hash] : Array.Empty<string>(),
    ]);
}
