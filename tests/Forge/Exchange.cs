using DataForge.Forge.Faults;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace DataForge.Forge;

/// <summary>One request that the forge processes.</summary>
internal sealed class Exchange(HttpContext context, TimeProvider clock, string path)
{
    /// <summary>The request and its response.</summary>
    public HttpContext Context { get; } = context;

    /// <summary>The path, without the prefix that GitHub Enterprise has.</summary>
    public string Path { get; } = path;

    /// <summary>Path and query.</summary>
    public string Target { get; } = path + context.Request.QueryString;

    /// <summary>When it arrived.</summary>
    public DateTimeOffset At { get; } = clock.GetUtcNow();

    /// <summary>The user's login; empty without a token.</summary>
    public string User { get; set; } = "";

    /// <summary>The rate limit that it counts against (<see cref="RequestRecord.Resource"/>).</summary>
    public string Resource { get; set; } = "free";

    /// <summary>The planted fault it meets.</summary>
    public PlantedFault? Fault { get; set; }

    /// <summary>Whether it used primary quota.</summary>
    public bool IsCharged { get; set; }

    /// <summary>The status sent.</summary>
    public int Status { get; set; }

    /// <summary>Bytes of the body sent.</summary>
    public long Bytes { get; set; }

    /// <summary>Cancelled when the client aborts the request.</summary>
    public CancellationToken Aborted => Context.RequestAborted;

    /// <summary>The request's entry in the log.</summary>
    public RequestRecord Record => new(At, User, Context.Request.Method, Target, Resource, Status, Fault?.Name, IsCharged, Bytes);

    /// <summary>Sends a body, cut or slowed where the planted fault says so.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> body)
    {
        HttpResponse response = Context.Response;
        response.ContentLength = body.Length;
        switch (Fault?.Kind)
        {
            case FaultKind.CutBody:
                await WriteAsync(body[..(body.Length / 2)]).ConfigureAwait(false);
                await response.Body.FlushAsync(Aborted).ConfigureAwait(false);

                // Closed, not reset: a reset would also discard what was sent, and look like a request that never arrived.
                await Task.Delay(20, Aborted).ConfigureAwait(false);
                Context.Abort();
                break;
            case FaultKind.SlowBody:
                int piece = Math.Max(1, (body.Length + 15) / 16);
                for (int from = 0; from < body.Length; from += piece)
                {
                    await WaitAsync(Fault.Pause).ConfigureAwait(false);
                    await WriteAsync(body.Slice(from, Math.Min(piece, body.Length - from))).ConfigureAwait(false);
                    await response.Body.FlushAsync(Aborted).ConfigureAwait(false);
                }

                break;
            default:
                await WriteAsync(body).ConfigureAwait(false);
                break;
        }
    }

    /// <summary>Writes a piece of the body.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> piece)
    {
        await Context.Response.Body.WriteAsync(piece, Aborted).ConfigureAwait(false);
        Bytes += piece.Length;
    }

    /// <summary>Waits by the forge's clock, which may jump meanwhile.</summary>
    public async Task WaitAsync(TimeSpan time)
    {
        (clock as SimulatedClock)?.End();
        try
        {
            await Task.Delay(time, clock, Aborted).ConfigureAwait(false);
        }
        finally
        {
            (clock as SimulatedClock)?.Begin();
        }
    }

    /// <summary>Resets the connection: what was not sent yet never arrives.</summary>
    public void Reset()
    {
        if (Context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            socket.LingerState = new(enable: true, seconds: 0);
        }

        Context.Abort();
    }
}
