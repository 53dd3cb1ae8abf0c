using System.Text;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Tests.Generation;

/// <summary>Vocabularies made for tests: a token for each byte, one that ends a document, and others.</summary>
internal static class ByteVocabulary
{
    /// <summary>A vocabulary with further tokens; the last is the one that ends a document.</summary>
    internal static BpeVocabulary With(params IEnumerable<byte[]> others)
    {
        byte[][] tokens = [.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), .. others, Encoding.UTF8.GetBytes(SpecialTokens.EndOfText)];
        return new BpeVocabulary(PreTokenization.Gpt2, tokens, [], [tokens.Length - 1]);
    }

    /// <summary>A vocabulary of a size, filled with words of two bytes.</summary>
    internal static BpeVocabulary OfSize(int size) =>
        With(Enumerable.Range(0, size - 257).Select(number => new[] { (byte)('a' + (number / 26)), (byte)('a' + (number % 26)) }));
}
