using System.Buffers;
using System.Text;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Generation;

/// <summary>Completes text: a tokenizer around a <see cref="Generator"/>.</summary>
public static class Completion
{
    /// <summary>
    /// The text that the model generates after the prompt, the prompt left out. The prompt follows the token that begins a document, as in
    /// training; names of special tokens in it are encoded as those tokens.
    /// </summary>
    public static string Of(
        ILanguageModel model, BpeVocabulary vocabulary, string prompt, GenerationOptions options,
        CancellationToken cancellation = default)
    {
        var ids = new ArrayBufferWriter<ushort>();
        ids.Write([vocabulary.EndOfText]);
        new BpeEncoder(vocabulary).EncodePrompt(Encoding.UTF8.GetBytes(prompt), ids);
        int[] tokens = new int[ids.WrittenCount];
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = ids.WrittenSpan[i];
        }

        using var generator = new Generator(model);
        int[] produced = generator.Generate(tokens, options, cancellation);
        return Encoding.UTF8.GetString(vocabulary.Decode([.. produced.Select(id => checked((ushort)id))], skipSpecial: true));
    }
}
