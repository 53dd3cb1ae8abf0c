namespace DataForge.Pretrain.Tokenizer;

/// <summary>How text is split into pre-tokens, across which byte-pair encoding does not merge.</summary>
public enum PreTokenization
{
    /// <summary>
    /// GPT-2's pattern, as the ByteLevel pre-tokenizer of Hugging Face applies it with <c>use_regex</c>:
    /// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>
    /// (<see href="https://github.com/openai/gpt-2/blob/master/src/encoder.py"/>).
    /// </summary>
    /// <remarks>
    /// Hugging Face's two implementations differ about <c>\s</c> at two code points: in JavaScript it includes U+FEFF and not U+0085, in
    /// Rust the other way round. This one follows the JavaScript package, with which the tests compare.
    /// </remarks>
    Gpt2,

    /// <summary>
    /// For source code: <see cref="PreTokenScanner.CodePattern"/>. Each digit is a pre-token, and so is a run of white space, so that a
    /// line break with the indentation after it can be one token. A single space still belongs to the word or the signs after it.
    /// </summary>
    /// <remarks>Here <c>\s</c> is Unicode's White_Space in all implementations.</remarks>
    Code,
}
