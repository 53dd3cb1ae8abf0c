namespace DataForge.Pretrain.Tokenizer;

/// <summary>
/// The special tokens. They come first in a vocabulary that is trained here, and encoding a document never gives one: the characters
/// <c>&lt;|endoftext|&gt;</c> in a document are ordinary text.
/// </summary>
public static class SpecialTokens
{
    /// <summary>Starts and ends each document (bos and eos are one token, as in GPT-2); id 0.</summary>
    public const string EndOfText = "<|endoftext|>";

    /// <summary>StarCoder's tokens for filling in the middle.</summary>
    public const string FimPrefix = "<fim_prefix>", FimMiddle = "<fim_middle>", FimSuffix = "<fim_suffix>", FimPad = "<fim_pad>";

    /// <summary>CodeGen2's tokens for infilling: the separator before the spans, and the end of a span.</summary>
    public const string Separator = "<sep>", EndOfMask = "<eom>";

    /// <summary>The most spans of one document that can be masked.</summary>
    public const int MaskCount = 4;

    /// <summary>CodeGen2's token of the n-th masked span, n from 1.</summary>
    public static string Mask(int number) => $"<mask_{number}>";

    /// <summary>All special tokens, in the order of their ids from 0.</summary>
    public static IReadOnlyList<string> All { get; } =
        [EndOfText, FimPrefix, FimMiddle, FimSuffix, FimPad, .. Enumerable.Range(1, MaskCount).Select(Mask), Separator, EndOfMask];
}
