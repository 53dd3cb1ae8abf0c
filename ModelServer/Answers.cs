using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataForge.ModelServer;

/// <summary>The bodies of answers, as OpenAI's interface has them.</summary>
internal static class Answers
{
    /// <summary>How they are written.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}

/// <summary>A whole completion, or a piece of one that is streamed.</summary>
internal sealed record CompletionAnswer(
    string Id, string Object, long Created, string Model, IReadOnlyList<Choice> Choices,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Usage? Usage = null);

/// <summary>One text, or a piece of it.</summary>
internal sealed record Choice(string Text, int Index, TokenProbabilities? Logprobs, string? FinishReason);

/// <summary>The tokens of a text with the logarithms of their probabilities; all lists have one entry for each token.</summary>
internal sealed record TokenProbabilities(
    IReadOnlyList<string> Tokens, IReadOnlyList<double> TokenLogprobs, IReadOnlyList<IReadOnlyDictionary<string, double>> TopLogprobs,
    IReadOnlyList<int> TextOffset);

/// <summary>The tokens of a request.</summary>
internal sealed record Usage(int PromptTokens, int CompletionTokens, int TotalTokens);

/// <summary>A list of models.</summary>
internal sealed record ModelList(string Object, IReadOnlyList<ModelEntry> Data);

/// <summary>A model.</summary>
internal sealed record ModelEntry(string Id, string Object, long Created, string OwnedBy);

/// <summary>How the server is.</summary>
internal sealed record Health(string Status, int Running, int Waiting);
