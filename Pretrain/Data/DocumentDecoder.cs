using System.Buffers;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Data;

/// <summary>
/// Restores the document that <see cref="DocumentEncoder"/> encoded, in any form: to inspect shards and to test the forms.
/// </summary>
public static class DocumentDecoder
{
    /// <summary>The bytes of a document.</summary>
    /// <param name="vocabulary">The vocabulary it was encoded with.</param>
    /// <param name="tokens">The tokens from bos to eos.</param>
    /// <exception cref="FormatException">The special tokens are not in the order of any form.</exception>
    public static byte[] Decode(BpeVocabulary vocabulary, ReadOnlySpan<ushort> tokens)
    {
        ushort endOfText = vocabulary.EndOfText;
        if (tokens.Length < 2 || tokens[0] != endOfText || tokens[^1] != endOfText)
        {
            throw new FormatException("A document begins and ends with <|endoftext|>.");
        }

        tokens = tokens[1..^1];
        List<(string? Mark, byte[] Text)> pieces = Split(vocabulary, tokens);
        bool isFim = pieces[0].Text.Length == 0 && pieces.Count > 1 && pieces[1].Mark == SpecialTokens.FimPrefix;
        return isFim ? DecodeFim(pieces) : DecodeInfill(pieces);
    }

    /// <summary>The text before the first special token, then each special token with the text after it.</summary>
    private static List<(string? Mark, byte[] Text)> Split(BpeVocabulary vocabulary, ReadOnlySpan<ushort> tokens)
    {
        List<(string?, byte[])> pieces = [];
        string? mark = null;
        while (true)
        {
            int end = 0;
            while (end < tokens.Length && !vocabulary.IsSpecial(tokens[end]))
            {
                end++;
            }

            pieces.Add((mark, vocabulary.Decode(tokens[..end])));
            if (end == tokens.Length)
            {
                return pieces;
            }

            mark = System.Text.Encoding.UTF8.GetString(vocabulary.BytesOf(tokens[end]));
            tokens = tokens[(end + 1)..];
        }
    }

    private static byte[] DecodeFim(List<(string? Mark, byte[] Text)> pieces)
    {
        if (pieces.Count != 4 || pieces[2].Mark != SpecialTokens.FimSuffix || pieces[3].Mark != SpecialTokens.FimMiddle)
        {
            throw new FormatException("The special tokens are not <fim_prefix>, <fim_suffix>, <fim_middle>.");
        }

        // SPM has nothing between the first two, and prefix and middle together at the end; PSM with an empty prefix decodes the same way.
        return [.. pieces[1].Text, .. pieces[3].Text, .. pieces[2].Text];
    }

    private static byte[] DecodeInfill(List<(string? Mark, byte[] Text)> pieces)
    {
        if (pieces.Count == 1)
        {
            return pieces[0].Text;   // causal
        }

        // text, (mask text) × spans, <|endoftext|>, <sep>, (mask span, <eom>) × spans
        int spans = (pieces.Count - 3) / 3;
        ArrayBufferWriter<byte> document = new();
        document.Write(pieces[0].Text);
        int endMark = spans + 1;
        bool isValid = spans > 0 && pieces.Count == 1 + spans + 2 + (2 * spans)
            && pieces[endMark] is (SpecialTokens.EndOfText, []) && pieces[endMark + 1] is (SpecialTokens.Separator, []);
        for (int i = 0; i < spans && isValid; i++)
        {
            (string? mark, byte[] text) = pieces[1 + i];
            (string? again, byte[] span) = pieces[endMark + 2 + (2 * i)];
            isValid = mark == SpecialTokens.Mask(i + 1) && again == mark && pieces[endMark + 3 + (2 * i)] is (SpecialTokens.EndOfMask, []);
            document.Write(span);
            document.Write(text);
        }

        return isValid ? document.WrittenSpan.ToArray() : throw new FormatException("The mask tokens and their spans do not match.");
    }
}
