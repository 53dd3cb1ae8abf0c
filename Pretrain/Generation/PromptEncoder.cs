using System.Buffers;
using System.Text;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Generation;

/// <summary>The marks by which a model was taught to fill in the middle.</summary>
public enum InfillingForm
{
    /// <summary><c>&lt;fim_prefix&gt;…&lt;fim_suffix&gt;…&lt;fim_middle&gt;</c>, ended by the end of the text (StarCoder).</summary>
    Fim,

    /// <summary><c>…&lt;mask_1&gt;…&lt;|endoftext|&gt;&lt;sep&gt;&lt;mask_1&gt;</c>, ended by <c>&lt;eom&gt;</c> (CodeGen2).</summary>
    CodeGen2,
}

/// <summary>A prompt that asks for the text of a gap.</summary>
/// <param name="Prompt">Its tokens.</param>
/// <param name="StopToken">The token that ends the text.</param>
/// <param name="CutTokens">Tokens of prefix and suffix that were left out.</param>
public sealed record InfillingPrompt(int[] Prompt, int StopToken, int CutTokens);

/// <summary>Encodes what a model continues, as the documents of its training were encoded. For one thread.</summary>
public sealed class PromptEncoder(BpeVocabulary vocabulary)
{
    private readonly BpeEncoder _encoder = new(vocabulary);

    /// <summary>
    /// A prompt after the token that begins a document. Names of special tokens in it are encoded as those tokens.
    /// </summary>
    public int[] Encode(string prompt)
    {
        var ids = new ArrayBufferWriter<ushort>();
        ids.Write([vocabulary.EndOfText]);
        _encoder.EncodePrompt(Encoding.UTF8.GetBytes(prompt), ids);
        return Widen(ids.WrittenSpan);
    }

    /// <summary>
    /// What stands before and after a gap that the model is to fill. Where it is too long, the text next to the gap is kept: the beginning
    /// of the prefix and the end of the suffix are left out.
    /// </summary>
    /// <param name="prefix">The text before the gap.</param>
    /// <param name="suffix">The text after it.</param>
    /// <param name="form">The marks.</param>
    /// <param name="most">The most tokens of the prompt.</param>
    /// <exception cref="ArgumentException">The vocabulary lacks the marks, or there is no room for them.</exception>
    public InfillingPrompt Encode(string prefix, string suffix, InfillingForm form, int most)
    {
        const int Marks = 5; // the most of both forms, the token that begins a document included
        ushort[] before = Tokens(prefix), after = Tokens(suffix);
        int room = most - Marks;
        if (room < 2)
        {
            throw new ArgumentException($"{most} tokens leave no room for a prompt with its marks");
        }

        int keptAfter = Math.Min(after.Length, Math.Max(room / 2, room - before.Length));
        int keptBefore = Math.Min(before.Length, room - keptAfter);
        ReadOnlySpan<ushort> left = before.AsSpan(before.Length - keptBefore), right = after.AsSpan(0, keptAfter);
        int cut = before.Length + after.Length - keptBefore - keptAfter;
        ushort start = vocabulary.EndOfText;
        if (form == InfillingForm.Fim)
        {
            int[] fim =
            [
                start, Id(SpecialTokens.FimPrefix), .. Widen(left), Id(SpecialTokens.FimSuffix), .. Widen(right),
                Id(SpecialTokens.FimMiddle),
            ];
            return new InfillingPrompt(fim, start, cut);
        }

        ushort mask = Id(SpecialTokens.Mask(1));
        int[] tokens = [start, .. Widen(left), mask, .. Widen(right), start, Id(SpecialTokens.Separator), mask];
        return new InfillingPrompt(tokens, Id(SpecialTokens.EndOfMask), cut);
    }

    private static int[] Widen(ReadOnlySpan<ushort> ids)
    {
        int[] tokens = new int[ids.Length];
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = ids[i];
        }

        return tokens;
    }

    private ushort[] Tokens(string text)
    {
        var ids = new ArrayBufferWriter<ushort>();
        _encoder.Encode(Encoding.UTF8.GetBytes(text), ids);
        return ids.WrittenSpan.ToArray();
    }

    private ushort Id(string name) => vocabulary.Specials.TryGetValue(name, out ushort id)
        ? id
        : throw new ArgumentException($"the model's tokenizer has no {name}: it was not trained to fill in the middle in this form");
}
