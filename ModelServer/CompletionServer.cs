using System.Diagnostics;
using DataForge.Corpus;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DataForge.ModelServer;

/// <summary>
/// Serves a model with OpenAI's <c>/v1/completions</c> (https://platform.openai.com/docs/api-reference/completions), <c>/v1/models</c> and
/// <c>/healthz</c>.
/// </summary>
public sealed class CompletionServer : IAsyncDisposable
{
    private const int MostConnections = 1024;

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    private readonly WebApplication _web;
    private readonly CompletionScheduler _scheduler;
    private readonly CompletionHandler _completions;
    private readonly RequestGuard _guard;
    private readonly ServerSettings _settings;
    private readonly Action<string> _log;
    private readonly long _created;

    private CompletionServer(
        ILanguageModel model, BpeVocabulary vocabulary, ServerSettings settings, Action<string> log, TimeProvider time)
    {
        (_settings, _log) = (settings, log);
        _created = time.GetUtcNow().ToUnixTimeSeconds();
        _guard = new RequestGuard(settings);
        _scheduler = new CompletionScheduler(
            model, vocabulary, settings.Batch, settings.Queue, fault => log($"the model failed: {fault}"));
        var texts = new CompletionTexts(model.Config, vocabulary, settings);
        _completions = new CompletionHandler(texts, _scheduler, settings, time);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(settings.Address, settings.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = settings.MostBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        _web = builder.Build();
        _web.Run(HandleAsync);
    }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:8000</c>.</summary>
    public Uri Address => new(_web.Urls.First());

    /// <summary>Starts serving a model, which no one else may use until the server is disposed.</summary>
    /// <param name="model">The model, which stays the caller's.</param>
    /// <param name="vocabulary">Its tokenizer's vocabulary.</param>
    /// <param name="settings">How it is served.</param>
    /// <param name="log">Is called with faults, one at a time.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Stops the start.</param>
    /// <exception cref="DataForgeException">It cannot listen there.</exception>
    public static async Task<CompletionServer> StartAsync(
        ILanguageModel model, BpeVocabulary vocabulary, ServerSettings settings, Action<string> log, TimeProvider time,
        CancellationToken cancellation = default)
    {
        var server = new CompletionServer(model, vocabulary, settings, log, time);
        try
        {
            await server._web.StartAsync(cancellation).ConfigureAwait(false);
            return server;
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw DataForgeException.Usage(
                $"The server cannot listen at {settings.Address}:{settings.Port} ({e.Message}); name another --port.", e);
        }
    }

    /// <summary>Stops: texts that have not ended fail.</summary>
    public async ValueTask DisposeAsync()
    {
        _scheduler.Dispose();
        using var patience = new CancellationTokenSource(StopPatience);
        await _web.StopAsync(patience.Token).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
    }

    private async Task HandleAsync(HttpContext context)
    {
        try
        {
            _guard.Require(context.Request);
            await RouteAsync(context).ConfigureAwait(false);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; what it asked for is let go.
            Debug.WriteLine(e);
        }
        catch (ApiException e)
        {
            await RefuseAsync(context, e).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            string message = e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? $"The body is longer than {_settings.MostBodyBytes} bytes."
                : e.Message;
            await RefuseAsync(context, ApiException.Invalid(message, status: e.StatusCode)).ConfigureAwait(false);
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            _log($"a request failed: {e}");
            await RefuseAsync(context, ApiException.Fault("The server failed; its log says why.")).ConfigureAwait(false);
        }
    }

    private Task RouteAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "/";
        string method = path == "/v1/completions" ? HttpMethods.Post : HttpMethods.Get;
        bool isKnown = path is "/v1/completions" or "/v1/models" or "/healthz" || path.StartsWith("/v1/models/", StringComparison.Ordinal);
        if (!isKnown || context.Request.Method != method)
        {
            throw ApiException.Invalid(
                $"There is no {context.Request.Method} {path}; there are POST /v1/completions, GET /v1/models and GET /healthz.",
                status: isKnown ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status404NotFound);
        }

        return path switch
        {
            "/v1/completions" => _completions.HandleAsync(context),
            "/healthz" => context.Response.WriteAsJsonAsync(
                new Health("ok", _scheduler.Load.Running, _scheduler.Load.Waiting), Answers.Json, context.RequestAborted),
            "/v1/models" => context.Response.WriteAsJsonAsync(new ModelList("list", [Entry()]), Answers.Json, context.RequestAborted),
            _ when path["/v1/models/".Length..] == _settings.ModelName =>
                context.Response.WriteAsJsonAsync(Entry(), Answers.Json, context.RequestAborted),
            _ => throw ApiException.Invalid(
                $"This server has only the model '{_settings.ModelName}'.", "model", "model_not_found", StatusCodes.Status404NotFound),
        };
    }

    private static async Task RefuseAsync(HttpContext context, ApiException refusal)
    {
        if (context.Response.HasStarted)
        {
            return;
        }

        context.Response.StatusCode = refusal.Status;
        if (refusal.Status == StatusCodes.Status429TooManyRequests)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        await context.Response.WriteAsJsonAsync(refusal.Answer, Answers.Json, context.RequestAborted).ConfigureAwait(false);
    }

    private ModelEntry Entry() => new(_settings.ModelName, "model", _created, "dataforge");

    // The program handles signals itself.
    private sealed class NoLifetime : IHostLifetime
    {
        /// <inheritdoc/>
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        /// <inheritdoc/>
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
