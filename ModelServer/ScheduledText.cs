using System.Threading.Channels;
using DataForge.Pretrain.Generation;

namespace DataForge.ModelServer;

/// <summary>What happens to a text that is generated.</summary>
/// <param name="Index">The text's place in its request.</param>
/// <param name="Piece">A piece of it, where it is sent piece by piece.</param>
/// <param name="Whole">All of it, when it ends.</param>
/// <param name="Fault">Why it will not end.</param>
internal readonly record struct TextEvent(int Index, TextPiece? Piece = null, GeneratedText? Whole = null, ApiException? Fault = null);

/// <summary>One text of a request, from its place in the queue to its end.</summary>
/// <param name="index">Its place in the request.</param>
/// <param name="prompt">The prompt's tokens.</param>
/// <param name="options">How to generate.</param>
/// <param name="stream">Whether it is sent piece by piece.</param>
/// <param name="alternatives">How many likely tokens are named with each token.</param>
/// <param name="events">Where its events go.</param>
internal sealed class ScheduledText(
    int index, int[] prompt, GenerationOptions options, bool stream, int? alternatives, ChannelWriter<TextEvent> events)
{
    /// <summary>What the model is asked for.</summary>
    public TextRequest Request { get; } = new(
        prompt, options, stream ? piece => events.TryWrite(new TextEvent(index, Piece: piece)) : null, alternatives);

    /// <summary>Whether nobody waits for it any more; the scheduler's lock guards it.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>Hands the text over.</summary>
    public void End(GeneratedText text) => events.TryWrite(new TextEvent(index, Whole: text));

    /// <summary>Says that it will not come.</summary>
    public void Fail(ApiException fault) => events.TryWrite(new TextEvent(index, Fault: fault));
}
