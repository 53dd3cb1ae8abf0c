namespace DataForge.Pretrain.Data;

/// <summary>In which form a document is trained on.</summary>
public enum DocumentForm
{
    /// <summary>As it is: bos, the document, eos.</summary>
    Causal,

    /// <summary>Prefix, suffix, middle: <c>&lt;fim_prefix&gt;p&lt;fim_suffix&gt;s&lt;fim_middle&gt;m</c>.</summary>
    Psm,

    /// <summary>Suffix, prefix, middle: <c>&lt;fim_prefix&gt;&lt;fim_suffix&gt;s&lt;fim_middle&gt;pm</c>.</summary>
    Spm,

    /// <summary>CodeGen2's: the spans masked, then named and given, each up to <c>&lt;eom&gt;</c>.</summary>
    Infill,
}

/// <summary>
/// What part of the documents is trained on in which form. The form, and where a document is cut, follow from the seed and the document's key alone.
/// </summary>
public sealed record DocumentObjective
{
    /// <summary>All documents as they are.</summary>
    public static DocumentObjective Causal { get; } = new();

    /// <summary>The share of documents in a fill-in-the-middle form, 0 to 1. StarCoder: 0.5. Default 0.</summary>
    public double FimRate { get; init; }

    /// <summary>Of those, the share in the form <see cref="DocumentForm.Spm"/>, 0 to 1; default a half, as StarCoder.</summary>
    public double SpmShare { get; init; } = 0.5;

    /// <summary>The share of all documents in CodeGen2's infill form, 0 to 1; with <see cref="FimRate"/> at most 1. Default 0.</summary>
    public double InfillRate { get; init; }

    /// <summary>The most spans that infill masks in a document, 1 to <see cref="Tokenizer.SpecialTokens.MaskCount"/>; default 1, as the prompt form has it.</summary>
    public int MaxSpans { get; init; } = 1;

    /// <summary>Chooses forms and cuts.</summary>
    public ulong Seed { get; init; }

    /// <summary>What is wrong with the options, or null.</summary>
    public string? Problem() => this switch
    {
        { FimRate: < 0 or > 1 or double.NaN } => $"The FIM rate is {FimRate}; it can be 0 to 1.",
        { SpmShare: < 0 or > 1 or double.NaN } => $"The SPM share is {SpmShare}; it can be 0 to 1.",
        { InfillRate: < 0 or > 1 or double.NaN } => $"The infill rate is {InfillRate}; it can be 0 to 1.",
        _ when FimRate + InfillRate > 1 => $"The FIM rate {FimRate} and the infill rate {InfillRate} are together more than 1.",
        _ when MaxSpans < 1 || MaxSpans > Tokenizer.SpecialTokens.MaskCount => $"The most spans are {MaxSpans}; they can be 1 to {Tokenizer.SpecialTokens.MaskCount}.",
        _ => null,
    };
}
