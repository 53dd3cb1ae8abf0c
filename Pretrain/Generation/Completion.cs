using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Generation;

/// <summary>Completes one text.</summary>
public static class Completion
{
    /// <summary>
    /// The text that the model generates after the prompt, the prompt left out. The prompt follows the token that begins a document, as in
    /// training; names of special tokens in it are encoded as those tokens.
    /// </summary>
    public static string Of(
        ILanguageModel model, BpeVocabulary vocabulary, string prompt, GenerationOptions options,
        CancellationToken cancellation = default) =>
        Of(model, vocabulary, new TextRequest(new PromptEncoder(vocabulary).Encode(prompt), options), cancellation).Text;

    /// <summary>The text that the model generates for one request.</summary>
    /// <exception cref="ArgumentException">The request cannot be met; the message says why.</exception>
    public static GeneratedText Of(
        ILanguageModel model, BpeVocabulary vocabulary, TextRequest request, CancellationToken cancellation = default) =>
        TextBatch.Generate(model, vocabulary, [request], room: 1, cancellation).Single();
}
