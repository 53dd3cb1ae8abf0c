using System.Text.Json;
using System.Threading.Channels;
using DataForge.Pretrain.Generation;
using Microsoft.AspNetCore.Http;

namespace DataForge.ModelServer;

/// <summary>Answers <c>/v1/completions</c>.</summary>
/// <param name="texts">Makes the texts of a request.</param>
/// <param name="scheduler">Generates them.</param>
/// <param name="settings">How the model is served.</param>
/// <param name="time">The clock.</param>
internal sealed class CompletionHandler(CompletionTexts texts, CompletionScheduler scheduler, ServerSettings settings, TimeProvider time)
{
    private const string ObjectName = "text_completion";

    private static readonly byte[] DataStart = [.. "data: "u8], DataEnd = [.. "\n\n"u8], Done = [.. "data: [DONE]\n\n"u8];

    /// <summary>Answers one request. When the client leaves, its texts are let go.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        CompletionRequest request = await ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
        Channel<TextEvent> events = Channel.CreateUnbounded<TextEvent>(new UnboundedChannelOptions { SingleReader = true });
        (IReadOnlyList<ScheduledText> wanted, int promptTokens) = texts.Of(request, events.Writer);
        var answer = new CompletionAnswer(
            $"cmpl-{Guid.NewGuid():N}", ObjectName, time.GetUtcNow().ToUnixTimeSeconds(), settings.ModelName, []);
        scheduler.Add(wanted);
        try
        {
            Task answering = request.Stream
                ? StreamAsync(context, request, answer, events.Reader, wanted.Count, promptTokens)
                : AnswerAsync(context, request, answer, events.Reader, wanted.Count, promptTokens);
            await answering.ConfigureAwait(false);
        }
        finally
        {
            scheduler.Cancel(wanted);
        }
    }

    private static async Task<CompletionRequest> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!request.HasJsonContentType())
        {
            throw ApiException.Invalid("The body must be JSON, with the header Content-Type: application/json.", status: 415);
        }

        try
        {
            using JsonDocument body = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellation).ConfigureAwait(false);
            return CompletionRequest.Of(body.RootElement);
        }
        catch (JsonException e)
        {
            throw ApiException.Invalid($"The body is not JSON: {e.Message}");
        }
    }

    private async Task AnswerAsync(
        HttpContext context, CompletionRequest request, CompletionAnswer answer, ChannelReader<TextEvent> events, int count,
        int promptTokens)
    {
        var choices = new Choice[count];
        int tokens = 0;
        for (int open = count; open > 0; open--)
        {
            TextEvent ended = await events.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            GeneratedText text = ended.Whole ?? throw ended.Fault!;
            tokens += text.Tokens.Count;
            choices[ended.Index] = new Choice(
                Echoed(request, ended.Index) + text.Text, ended.Index, texts.Probabilities(text.Chosen, request), Reason(text.End));
        }

        await context.Response.WriteAsJsonAsync(
            answer with { Choices = choices, Usage = new Usage(promptTokens, tokens, promptTokens + tokens) }, Answers.Json,
            context.RequestAborted).ConfigureAwait(false);
    }

    private async Task StreamAsync(
        HttpContext context, CompletionRequest request, CompletionAnswer answer, ChannelReader<TextEvent> events, int count,
        int promptTokens)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        if (request.Echo)
        {
            IEnumerable<Choice> echoes = Enumerable.Range(0, count).Select(i => new Choice(Echoed(request, i), i, null, null));
            await SendAsync(context, answer with { Choices = [.. echoes] }).ConfigureAwait(false);
        }

        int tokens = 0;
        for (int open = count; open > 0;)
        {
            TextEvent next = await events.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            if (next.Fault is { } fault)
            {
                // The status is sent already.
                await SendAsync(context, fault.Answer).ConfigureAwait(false);
                return;
            }

            Choice choice = next.Whole is { } whole
                ? new Choice("", next.Index, null, Reason(whole.End))
                : new Choice(next.Piece!.Value.Text, next.Index, texts.Probabilities(next.Piece.Value.Tokens, request), null);
            if (next.Whole is { } ended)
            {
                open--;
                tokens += ended.Tokens.Count;
            }

            await SendAsync(context, answer with { Choices = [choice] }).ConfigureAwait(false);
        }

        if (request.WithUsage)
        {
            await SendAsync(context, answer with { Usage = new Usage(promptTokens, tokens, promptTokens + tokens) }).ConfigureAwait(false);
        }

        await context.Response.BodyWriter.WriteAsync(Done, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task SendAsync<T>(HttpContext context, T value)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(value, Answers.Json);
        byte[] line = [.. DataStart, .. json, .. DataEnd];
        await context.Response.BodyWriter.WriteAsync(line, context.RequestAborted).ConfigureAwait(false);
    }

    private static string Echoed(CompletionRequest request, int index) =>
        request.Echo ? request.Prompts[index / request.Texts].Text ?? "" : "";

    private static string Reason(EndReason end) => end == EndReason.Length ? "length" : "stop";
}
