namespace DataForge.Pretrain.Data;

/// <summary>The form in which a document is trained on.</summary>
public enum DocumentForm
{
    /// <summary>Unchanged: bos, the document, eos.</summary>
    Causal,

    /// <summary>Prefix, suffix, middle: <c>&lt;fim_prefix&gt;p&lt;fim_suffix&gt;s&lt;fim_middle&gt;m</c>.</summary>
    Psm,

    /// <summary>Suffix, prefix, middle: <c>&lt;fim_prefix&gt;&lt;fim_suffix&gt;s&lt;fim_middle&gt;pm</c>.</summary>
    Spm,

    /// <summary>
    /// CodeGen2's form: spans are replaced by masks; after the text follow each mask and its span, up to <c>&lt;eom&gt;</c>.
    /// </summary>
    Infill,
}

/// <summary>
/// The share of documents in each form. The form of a document, and where it is split, depend on the seed and the document's key alone.
/// </summary>
public sealed record DocumentObjective
{
    /// <summary>All documents unchanged.</summary>
    public static DocumentObjective Causal { get; } = new();

    /// <summary>The share of documents in a fill-in-the-middle form, 0 to 1. StarCoder: 0.5. Default 0.</summary>
    public double FimRate { get; init; }

    /// <summary>Of those, the share in the form <see cref="DocumentForm.Spm"/>, 0 to 1; default 0.5, as in StarCoder.</summary>
    public double SpmShare { get; init; } = 0.5;

    /// <summary>The share of all documents in CodeGen2's infill form, 0 to 1; with <see cref="FimRate"/> at most 1. Default 0.</summary>
    public double InfillRate { get; init; }

    /// <summary>
    /// The most spans that infill masks in a document, 1 to <see cref="Tokenizer.SpecialTokens.MaskCount"/>; default 1, as in CodeGen2's
    /// prompt format.
    /// </summary>
    public int MaxSpans { get; init; } = 1;

    /// <summary>Seed of the choice of forms and splits. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>What is wrong with the options, or null.</summary>
    public string? Problem() => this switch
    {
        { FimRate: < 0 or > 1 or double.NaN } => $"The FIM rate is {FimRate}; it can be 0 to 1.",
        { SpmShare: < 0 or > 1 or double.NaN } => $"The SPM share is {SpmShare}; it can be 0 to 1.",
        { InfillRate: < 0 or > 1 or double.NaN } => $"The infill rate is {InfillRate}; it can be 0 to 1.",
        _ when FimRate + InfillRate > 1 => $"The FIM rate {FimRate} and the infill rate {InfillRate} are together more than 1.",
        _ when MaxSpans is < 1 or > Tokenizer.SpecialTokens.MaskCount =>
            $"The most spans are {MaxSpans}; they can be 1 to {Tokenizer.SpecialTokens.MaskCount}.",
        _ => null,
    };
}
