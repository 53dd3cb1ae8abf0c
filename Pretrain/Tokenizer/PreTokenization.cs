namespace DataForge.Pretrain.Tokenizer;

/// <summary>How text is cut into the pieces (pre-tokens) that byte-pair encoding never merges across.</summary>
public enum PreTokenization
{
    /// <summary>
    /// GPT-2's pattern, as the ByteLevel pre-tokenizer of Hugging Face applies it with <c>use_regex</c>:
    /// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>
    /// (<see href="https://github.com/openai/gpt-2/blob/master/src/encoder.py"/>).
    /// </summary>
    /// <remarks>
    /// Hugging Face's two implementations disagree about <c>\s</c> at two code points: in JavaScript it holds U+FEFF and not U+0085,
    /// in Rust the other way round. This one follows the JavaScript package, the one the tests compare with.
    /// </remarks>
    Gpt2,

    /// <summary>
    /// For source code: <see cref="PreTokenScanner.CodePattern"/>. Digits stand one by one, and a run of white space is one piece, so that
    /// a line break with the indentation after it can be one token. A single space still goes with the word or the signs it precedes.
    /// </summary>
    /// <remarks>Here <c>\s</c> is Unicode's White_Space in all implementations.</remarks>
    Code,
}
