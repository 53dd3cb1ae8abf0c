using System.ComponentModel.DataAnnotations;
using DataForge.Cleaner.Decontamination;
using DataForge.Cleaner.Rules;
using DataForge.Corpus;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;

namespace DataForge.Cleaner;

/// <summary>A published recipe; docs/rules.md says which rules each has, and where they come from.</summary>
public enum CleanPreset
{
    /// <summary>PyCodeGPT / CERT.</summary>
    PyCodeGpt,

    /// <summary>CodeParrot.</summary>
    CodeParrot,

    /// <summary>StarCoder and The Stack v2.</summary>
    StarCoder,

    /// <summary>SantaCoder: StarCoder's rules, and stars, comments and characters a token.</summary>
    SantaCoder,

    /// <summary>Codex.</summary>
    Codex,

    /// <summary>Only what has to be: text that can be decoded, under a licence that passes.</summary>
    None,
}

/// <summary>What happens to a content whose occurrences are known to stand under different licences.</summary>
public enum LicenseConflict
{
    /// <summary>It is dropped, so that one copy with a friendlier label launders nothing.</summary>
    Drop,

    /// <summary>It is dropped only where the classes differ: MIT beside BSD passes, MIT beside GPL does not.</summary>
    DropIfClassDiffers,

    /// <summary>The best surviving occurrence's licence is taken.</summary>
    Keep,
}

/// <summary>
/// Options of the cleaner. A rule's option that is null takes what the preset says; a threshold that nothing fails (0 for a least, a huge
/// number for a most) turns its rule off.
/// </summary>
public sealed class CleanOptions : IValidatableObject
{
    /// <summary>The recipe whose rules and thresholds apply where no option below says otherwise. Default PyCodeGpt.</summary>
    public CleanPreset Preset { get; set; } = CleanPreset.PyCodeGpt;

    /// <summary>
    /// Licence classes that pass: permissive, public-domain, weak-copyleft, strong-copyleft, unknown, none. Default permissive and public-domain.
    /// </summary>
    public DefaultedList LicensePolicy { get; set; } = new("permissive", "public-domain");

    /// <summary>What happens where known licences of a content's occurrences disagree. Default Drop.</summary>
    public LicenseConflict LicenseConflict { get; set; } = LicenseConflict.Drop;

    /// <summary>Whether files in vendored folders stay (marked as vendored). Default false: they are dropped.</summary>
    public bool KeepVendored { get; set; }

    /// <summary>
    /// A file of opt-outs, one a line: a repository's name; an owner's name, alone or ending in <c>/*</c>, for all of the owner's; or a name and a path
    /// separated by a space. <c>#</c> begins a comment. Its content, not its path, is part of the options hash. What <c>dataforge optout</c> removed
    /// stays out without it.
    /// </summary>
    [NotHashed]
    public string? OptOutFile { get; set; }

    /// <summary>
    /// Benchmark files and folders (HumanEval, MBPP, MTPB, APPS): files that hold a problem of theirs are dropped. Default none. Their content, not their
    /// paths, is part of the options hash.
    /// </summary>
    [NotHashed]
    public DefaultedList BenchmarkFiles { get; set; } = new();

    /// <summary>Largest source in bytes: a file passes below it. 1 to 1,073,741,824; PyCodeGPT 1,048,576.</summary>
    [Range(1, 1 << 30)]
    public long? MaxBytes { get; set; }

    /// <summary>Fewest lines. 0 or more; PyCodeGPT 5.</summary>
    [Range(0, int.MaxValue)]
    public int? MinLines { get; set; }

    /// <summary>Most lines. 1 or more; StarCoder 100,000.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxLines { get; set; }

    /// <summary>Greatest mean length of a line, in characters. Above 0; 100 in every recipe.</summary>
    [Range(double.Epsilon, double.MaxValue)]
    public double? MaxMeanLine { get; set; }

    /// <summary>Longest line, in characters. 1 or more; 1,000 in every recipe.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxLine { get; set; }

    /// <summary>Least share of letters and digits among all characters. 0 to 1; CodeParrot and Codex 0.25.</summary>
    [Range(0.0, 1.0)]
    public double? MinAlphanumeric { get; set; }

    /// <summary>Least share of letters among all characters. 0 to 1; StarCoder 0.25.</summary>
    [Range(0.0, 1.0)]
    public double? MinAlphabetic { get; set; }

    /// <summary>
    /// Least share of letters, digits and ASCII punctuation among the characters that are neither white space nor comment. 0 to 1; PyCodeGPT 0.98.
    /// </summary>
    [Range(0.0, 1.0)]
    public double? MinCodeCharacters { get; set; }

    /// <summary>Greatest share of decimal digits, and of hexadecimal digits, among all characters. 0 to 1; CodeGen's 0.9 is in no preset.</summary>
    [Range(0.0, 1.0)]
    public double? MaxDigits { get; set; }

    /// <summary>Fewest statement keywords outside strings and comments. 0 or more; PyCodeGPT 3 ("more than two").</summary>
    [Range(0, int.MaxValue)]
    public int? MinKeywords { get; set; }

    /// <summary>Whether a file must be Python 3 up to 3.14 (rules <c>syntax</c> and <c>python2</c>). PyCodeGPT true.</summary>
    public bool? MustParse { get; set; }

    /// <summary>Whether Python 2 passes where files must parse. Default false.</summary>
    public bool KeepPython2 { get; set; }

    /// <summary>Whether files that say in their first five lines that they are generated are dropped. True in every recipe but PyCodeGPT and None.</summary>
    public bool? DropGenerated { get; set; }

    /// <summary>Probability with which a configuration or test file is dropped. 0 to 1; CodeParrot 0.7.</summary>
    [Range(0.0, 1.0)]
    public double? ConfigOrTestDrop { get; set; }

    /// <summary>Probability with which a file without def, class, for and while is dropped. 0 to 1; CodeParrot 0.7.</summary>
    [Range(0.0, 1.0)]
    public double? NoKeywordsDrop { get; set; }

    /// <summary>Fewest "=" in a file. 0 or more; CodeParrot 5 ("at most 4" is dropped).</summary>
    [Range(0, int.MaxValue)]
    public int? MinAssignments { get; set; }

    /// <summary>Fewest characters a token, tokens estimated. 0 or more; CodeParrot 1.5, SantaCoder 2.5.</summary>
    [Range(0.0, double.MaxValue)]
    public double? MinCharactersPerToken { get; set; }

    /// <summary>Whether XML is dropped (<c>&lt;?xml version=</c> in the first 100 characters). StarCoder true.</summary>
    public bool? DropXml { get; set; }

    /// <summary>Whether encoded data (base64, hexadecimal, \u escapes) is dropped. StarCoder true.</summary>
    public bool? DropEncodedData { get; set; }

    /// <summary>Least share of comments and docstrings among all bytes. 0 to 1; SantaCoder 0.01.</summary>
    [Range(0.0, 1.0)]
    public double? MinCommentShare { get; set; }

    /// <summary>Greatest share of comments and docstrings among all bytes. 0 to 1; SantaCoder 0.8.</summary>
    [Range(0.0, 1.0)]
    public double? MaxCommentShare { get; set; }

    /// <summary>Fewest stars of a repository, where they are known. 0 or more; SantaCoder 5.</summary>
    [Range(0, int.MaxValue)]
    public int? MinStars { get; set; }

    /// <summary>Whether __init__.py, setup.py and *_pb2.py are dropped. PyCodeGPT true.</summary>
    public bool? DropNames { get; set; }

    /// <summary>Whether licence comments at the beginning of a file are left out of the text that ships. PyCodeGPT true.</summary>
    public bool? StripLicenseHeader { get; set; }

    /// <summary>
    /// Whether e-mail addresses, public IP addresses, keys, tokens and passwords in strings and comments give way to placeholders. Default true.
    /// </summary>
    public bool Redact { get; set; } = true;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
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

    /// <summary>The hash of the options that decide rows, files they name and the workspace's opt-outs included, and of the code's version.</summary>
    internal string Hash(BenchmarkIndex? benchmarks, WorkspaceOptOuts removed) => StageHash.Combine(
    [
        StageHash.OfOptions("clean", CleanStage.CodeVersion, this), OptOutFile is { } file ? StageHash.OfFile(file) : "", benchmarks?.Hash ?? "",
        .. removed.Hash.Length > 0 ? [removed.Hash] : Array.Empty<string>(),
    ]);

    /// <summary>The rules' thresholds: the preset's, and the options' over them.</summary>
    internal RuleThresholds Thresholds() => RuleThresholds.Of(this);
}
