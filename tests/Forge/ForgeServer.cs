using System.Net;
using System.Text;
using DataForge.Forge.Faults;
using DataForge.Forge.Git;
using DataForge.Forge.Limits;
using DataForge.Forge.Repositories;
using DataForge.Forge.Rest;
using DataForge.Forge.Search;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace DataForge.Forge;

/// <summary>
/// A server like GitHub, on loopback: its REST API with rate limits, entity tags, pages and the limit on search results; git's smart HTTP
/// over bare repositories, by git's own backend; archives. Every request is recorded, and every kind of fault can be planted.
/// </summary>
public sealed class ForgeServer : IAsyncDisposable
{
    private const string EnterprisePrefix = "/api/v3";
    private readonly WebApplication _web;
    private readonly ForgeOptions _options;
    private RestInterface? _rest;
    private GitInterface? _git;
    private AdminInterface? _admin;
    private int _inFlight;

    private ForgeServer(WebApplication web, ForgeOptions options, ForgeCatalog repositories)
    {
        _web = web;
        _options = options;
        Repositories = repositories;
        Search = new RepositorySearch(repositories);
        Limits = new ForgeLimits(options.Limits, options.Clock);
    }

    /// <summary>Its address, <c>http://127.0.0.1:PORT/</c>: that of the API and of git.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Its repositories.</summary>
    public ForgeCatalog Repositories { get; }

    /// <summary>Its search, with the faults of GitHub's.</summary>
    public RepositorySearch Search { get; }

    /// <summary>Its limits.</summary>
    public ForgeLimits Limits { get; }

    /// <summary>Its faults.</summary>
    public FaultPlan Faults { get; } = new();

    /// <summary>Every request.</summary>
    public RequestLog Log { get; } = new();

    /// <summary>Traffic of git and of archives, by repository.</summary>
    public GitTraffic Traffic { get; } = new();

    /// <summary>Starts serving.</summary>
    public static async Task<ForgeServer> StartAsync(
        ForgeCatalog repositories, ForgeOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new ForgeOptions();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, options.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 256L << 20;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        WebApplication web = builder.Build();
        var server = new ForgeServer(web, options, repositories);
        web.Run(server.HandleAsync);
        await web.StartAsync(cancellation).ConfigureAwait(false);
        server.Address = new Uri(web.Urls.First() + "/");
        server._rest = new RestInterface(server, options);
        server._git = new GitInterface(server, options);
        server._admin = new AdminInterface(server);
        return server;
    }

    /// <summary>
    /// Waits until no request is in flight. A client has its response a moment before it is recorded in <see cref="Log"/> and
    /// <see cref="Traffic"/>, so tests wait here before they read these.
    /// </summary>
    public async Task WaitForRequestsAsync()
    {
        while (Volatile.Read(ref _inFlight) > 0)
        {
            await Task.Delay(1).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _web.StopAsync(timeout.Token).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The user of a request: with an empty login where there is no token, null where the token is unknown.</summary>
    internal ForgeOwner? UserOf(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return new ForgeOwner(0, "");
        }

        int space = header.IndexOf(' ');
        string token = space < 0 ? "" : header[(space + 1)..].Trim();
        if (header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            byte[] decoded = new byte[token.Length];
            string pair = Convert.TryFromBase64String(token, decoded, out int length) ? Encoding.UTF8.GetString(decoded, 0, length) : "";
            token = pair[(pair.IndexOf(':') + 1)..];
        }

        return _options.Tokens.GetValueOrDefault(token);
    }

    private async Task HandleAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "/";
        if (path.StartsWith(EnterprisePrefix + "/", StringComparison.Ordinal))
        {
            path = path[EnterprisePrefix.Length..];
        }

        if (path.StartsWith("/_forge/", StringComparison.Ordinal))
        {
            await _admin!.AnswerAsync(context, path).ConfigureAwait(false);
            return;
        }

        var exchange = new Exchange(context, _options.Clock, path);
        var simulated = _options.Clock as SimulatedClock;
        simulated?.Begin();
        Interlocked.Increment(ref _inFlight);
        try
        {
            exchange.Fault = Faults.Next(exchange.Target);
            if (GitInterface.Serves(path))
            {
                await _git!.AnswerAsync(exchange).ConfigureAwait(false);
            }
            else
            {
                await _rest!.AnswerAsync(exchange).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client aborted, or a planted fault closed the connection.
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The same, while writing.
        }
        finally
        {
            Log.Add(exchange.Record);
            Interlocked.Decrement(ref _inFlight);
            simulated?.End();
        }
    }
}
