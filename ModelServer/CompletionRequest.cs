using System.Text.Json;
using DataForge.Pretrain.Generation;

namespace DataForge.ModelServer;

/// <summary>A prompt as a text or as tokens.</summary>
/// <param name="Text">The text; null where tokens are given.</param>
/// <param name="Tokens">The tokens; null if a text is given.</param>
internal sealed record Prompt(string? Text, int[]? Tokens);

/// <summary>What <c>/v1/completions</c> is asked for.</summary>
/// <param name="Model">The model's name; null for the one that is served.</param>
/// <param name="Prompts">The prompts.</param>
/// <param name="Suffix">The text after the gap to fill; null if the prompt is continued.</param>
/// <param name="Texts">Texts of each prompt.</param>
/// <param name="Options">How to generate.</param>
/// <param name="Seed">The seed of the first text; null for any.</param>
/// <param name="Alternatives">How many likely tokens are named with each token; null for no probabilities.</param>
/// <param name="Echo">Whether the prompt is returned before the text.</param>
/// <param name="Stream">Whether the text is sent piece by piece.</param>
/// <param name="WithUsage">Whether a stream ends with the number of tokens.</param>
internal sealed record CompletionRequest(
    string? Model, IReadOnlyList<Prompt> Prompts, string? Suffix, int Texts, GenerationOptions Options, ulong? Seed, int? Alternatives,
    bool Echo, bool Stream, bool WithUsage)
{
    private const int MostTexts = 128, MostAlternatives = 20, MostPrompts = 256, DefaultTokens = 16;
    private const double HottestTemperature = 2;

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "model", "prompt", "suffix", "max_tokens", "temperature", "top_p", "top_k", "repetition_penalty", "n", "best_of", "stream",
        "stream_options", "logprobs", "echo", "stop", "presence_penalty", "frequency_penalty", "logit_bias", "seed", "user",
    };

    /// <summary>Reads a request's body.</summary>
    /// <exception cref="ApiException">It cannot be met; the message says which field is wrong.</exception>
    public static CompletionRequest Of(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.Invalid("The body must be a JSON object.");
        }

        foreach (JsonProperty field in body.EnumerateObject().Where(field => !Known.Contains(field.Name)))
        {
            throw ApiException.Invalid($"Unrecognized request argument supplied: {field.Name}", field.Name);
        }

        var fields = new JsonFields(body);
        int texts = (int)(fields.Whole("n", 1, MostTexts) ?? 1);
        fields.RequireUnused(
            "best_of", value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int best) && best == texts);
        fields.RequireUnused("presence_penalty", IsZero);
        fields.RequireUnused("frequency_penalty", IsZero);
        fields.RequireUnused("logit_bias", value => value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any());
        var request = new CompletionRequest(
            fields.Text("model"), PromptsOf(fields), fields.Text("suffix"), texts, OptionsOf(fields),
            fields.Whole("seed", long.MinValue, long.MaxValue) is { } seed ? unchecked((ulong)seed) : null,
            (int?)fields.Whole("logprobs", 0, MostAlternatives), fields.Flag("echo"), fields.Flag("stream"), WantsUsage(fields));
        if (request.Echo && request.Alternatives is not null)
        {
            throw ApiException.Invalid("'echo' and 'logprobs' cannot be combined: the prompt's probabilities are not computed.", "echo");
        }

        return request.Suffix is null || request.Prompts.All(prompt => prompt.Text is not null)
            ? request
            : throw ApiException.Invalid("'suffix' needs prompts that are strings.", "suffix");
    }

    private static bool IsZero(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number == 0;

    private static bool WantsUsage(JsonFields fields) => fields.Find("stream_options") switch
    {
        null => false,
        { ValueKind: JsonValueKind.Object } options => new JsonFields(options).Flag("include_usage"),
        _ => throw ApiException.Invalid("'stream_options' takes an object.", "stream_options"),
    };

    private static GenerationOptions OptionsOf(JsonFields fields)
    {
        var options = new GenerationOptions
        {
            MaxNewTokens = (int)(fields.Whole("max_tokens", 1, int.MaxValue) ?? DefaultTokens),
            Temperature = fields.Number("temperature", 1, 0, HottestTemperature),
            TopP = fields.Number("top_p", 1, double.Epsilon, 1),
            TopK = (int)(fields.Whole("top_k", 0, int.MaxValue) ?? 0),
            RepetitionPenalty = fields.Number("repetition_penalty", 1, 0.01, 100),
            StopStrings = fields.Texts("stop"),
        };
        return options.StopStrings.Count <= GenerationOptions.MostStopStrings && !options.StopStrings.Any(string.IsNullOrEmpty)
            ? options
            : throw ApiException.Invalid(
                $"'stop' takes at most {GenerationOptions.MostStopStrings} strings, and none empty.", "stop");
    }

    private static IReadOnlyList<Prompt> PromptsOf(JsonFields fields)
    {
        if (fields.Find("prompt") is not { } value)
        {
            return [new Prompt("", null)];
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return [new Prompt(JsonFields.TextOf(value, "prompt"), null)];
        }

        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [];
        if (items.Length > 0 && items.All(item => item.ValueKind == JsonValueKind.Number))
        {
            return [TokensOf(value)];
        }

        if (items.Length is 0 or > MostPrompts)
        {
            throw Wrong();
        }

        return
        [
            .. items.Select(item => item.ValueKind switch
            {
                JsonValueKind.String => new Prompt(JsonFields.TextOf(item, "prompt"), null),
                JsonValueKind.Array => TokensOf(item),
                _ => throw Wrong(),
            }),
        ];
    }

    private static Prompt TokensOf(JsonElement list)
    {
        var tokens = new List<int>();
        foreach (JsonElement item in list.EnumerateArray())
        {
            tokens.Add(item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int token) && token >= 0 ? token : throw Wrong());
        }

        return tokens.Count > 0 ? new Prompt(null, [.. tokens]) : throw Wrong();
    }

    private static ApiException Wrong() => ApiException.Invalid(
        $"'prompt' takes a string, a list of tokens, or a list of at most {MostPrompts} strings or lists of tokens.", "prompt");
}
