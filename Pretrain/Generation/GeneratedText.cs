namespace DataForge.Pretrain.Generation;

/// <summary>Why a text ended.</summary>
public enum EndReason
{
    /// <summary>It has as many tokens as were asked for.</summary>
    Length,

    /// <summary>The model generated the stop token.</summary>
    StopToken,

    /// <summary>It reached a stop string.</summary>
    StopString,
}

/// <summary>A text to generate.</summary>
/// <param name="Prompt">
/// The prompt's tokens. Requests that follow each other and have the same array share its computation.
/// </param>
/// <param name="Options">How to generate.</param>
/// <param name="Received">Called with each piece of the text as soon as it cannot change; null where only the whole is wanted.</param>
/// <param name="Alternatives">
/// How many of the most likely tokens are named for each token of the text, with their probabilities; null for no probabilities at all.
/// </param>
public sealed record TextRequest(
    int[] Prompt, GenerationOptions Options, Action<TextPiece>? Received = null, int? Alternatives = null);

/// <summary>A piece of a text.</summary>
/// <param name="Text">The piece.</param>
/// <param name="Tokens">The tokens that end in it, where their probabilities were asked for; else empty.</param>
public readonly record struct TextPiece(string Text, IReadOnlyList<ChosenToken> Tokens);

/// <summary>A generated text.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Text">The text, the prompt and a stop string left out.</param>
/// <param name="Tokens">The tokens that the model generated.</param>
/// <param name="End">Why it ended.</param>
/// <param name="CutTokens">Tokens at the beginning of the prompt that were left out because they do not fit into the model.</param>
/// <param name="Chosen">The tokens of the text with their probabilities, where those were asked for; else empty.</param>
public sealed record GeneratedText(TextRequest Request, string Text, IReadOnlyList<int> Tokens, EndReason End, int CutTokens,
    IReadOnlyList<ChosenToken> Chosen);
