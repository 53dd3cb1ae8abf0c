using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.ModelServer;

/// <summary>Makes the texts of a request: encodes its prompts, and refuses what the model cannot do.</summary>
/// <param name="config">The model's shape.</param>
/// <param name="vocabulary">Its tokenizer's vocabulary.</param>
/// <param name="settings">How it is served.</param>
internal sealed class CompletionTexts(GptNeoConfig config, BpeVocabulary vocabulary, ServerSettings settings)
{
    private readonly ConcurrentBag<PromptEncoder> _encoders = []; // each for one thread at a time

    /// <summary>The texts, a prompt's together; and the tokens of all prompts.</summary>
    /// <exception cref="ApiException">A prompt does not fit, or the model was not taught to fill gaps.</exception>
    public (IReadOnlyList<ScheduledText> Texts, int PromptTokens) Of(CompletionRequest request, ChannelWriter<TextEvent> events)
    {
        if (request.Model is { } name && name != settings.ModelName)
        {
            throw ApiException.Invalid(
                $"The model '{name}' does not exist; this server has '{settings.ModelName}'.", "model", "model_not_found", status: 404);
        }

        // Sample i has a seed of its own, so that two samples of a request differ.
        ulong seed = request.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        var texts = new List<ScheduledText>();
        int promptTokens = 0;
        foreach (Prompt prompt in request.Prompts)
        {
            (int[] tokens, int? stop) = Encode(prompt, request);
            promptTokens += tokens.Length;
            for (int i = 0; i < request.Texts; i++)
            {
                GenerationOptions options = request.Options with { StopToken = stop, Seed = unchecked(seed + (ulong)texts.Count) };
                texts.Add(new ScheduledText(texts.Count, tokens, options, request.Stream, request.Alternatives, events));
            }
        }

        return (texts, promptTokens);
    }

    private (int[] Tokens, int? Stop) Encode(Prompt prompt, CompletionRequest request)
    {
        if (prompt.Tokens is { } given)
        {
            return given.Max() < Math.Min(config.VocabSize, vocabulary.Count)
                ? (Fitting(given, request), null)
                : throw ApiException.Invalid($"The model has no token {given.Max()}.", "prompt");
        }

        if (!_encoders.TryTake(out PromptEncoder? encoder))
        {
            encoder = new PromptEncoder(vocabulary);
        }

        try
        {
            if (request.Suffix is null)
            {
                return (Fitting(encoder.Encode(prompt.Text!), request), null);
            }

            InfillingPrompt gap = encoder.Encode(prompt.Text!, request.Suffix, settings.Infilling, int.MaxValue);
            return (Fitting(gap.Prompt, request), gap.StopToken);
        }
        catch (ArgumentException e)
        {
            throw ApiException.Invalid($"The gap cannot be filled: {e.Message}.", "suffix");
        }
        finally
        {
            _encoders.Add(encoder);
        }
    }

    private int[] Fitting(int[] tokens, CompletionRequest request)
    {
        long most = config.MaxPositionEmbeddings, asked = request.Options.MaxNewTokens;
        return tokens.Length + asked <= most
            ? tokens
            : throw ApiException.Invalid(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"This model's maximum context length is {most} tokens. However, you requested {tokens.Length + asked} tokens "
                    + $"({tokens.Length} in your prompt; {asked} for the completion). Please reduce your prompt or the completion length."),
                "prompt", "context_length_exceeded");
    }

    /// <summary>The probabilities of tokens in the form of an answer; null if none were asked for.</summary>
    public TokenProbabilities? Probabilities(IReadOnlyList<ChosenToken> tokens, CompletionRequest request) => request.Alternatives is null
        ? null
        : new TokenProbabilities(
            [.. tokens.Select(token => NameOf(token.Token))],
            [.. tokens.Select(token => token.LogProbability)],
            [.. tokens.Select(Likeliest)],
            [.. tokens.Select(token => token.Offset)]);

    private SortedDictionary<string, double> Likeliest(ChosenToken token)
    {
        var named = new SortedDictionary<string, double>(StringComparer.Ordinal) { [NameOf(token.Token)] = token.LogProbability };
        foreach ((int other, double logProbability) in token.Likeliest)
        {
            named.TryAdd(NameOf(other), logProbability);
        }

        return named;
    }

    // A token that is no whole text is named by its bytes, as OpenAI does.
    private string NameOf(int token)
    {
        ReadOnlySpan<byte> bytes = vocabulary.BytesOf(token);
        return System.Text.Unicode.Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : "bytes:" + string.Concat(bytes.ToArray().Select(value => $"\\x{value:x2}"));
    }
}
