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
/// A server shaped like GitHub, on loopback: its REST interface with limits, validators, pages and the cap of searches; git's smart HTTP
/// over bare repositories by git's own backend; archives. Every request is recorded, and every fault can be planted.
/// </summary>
public sealed class ForgeServer : IAsyncDisposable
{
    private const string EnterprisePrefix = "/api/v3";
    private readonly WebApplication _web;
    private readonly ForgeOptions _options;
    private RestInterface? _rest;
    private GitInterface? _git;
    private AdminInterface? _admin;
    private int _underWay;

    private ForgeServer(WebApplication web, ForgeOptions options, ForgeCatalog repositories)
    {
        _web = web;
        _options = options;
        Repositories = repositories;
        Search = new RepositorySearch(repositories);
        Limits = new ForgeLimits(options.Limits, options.Clock);
    }

    /// <summary>Where it listens, <c>http://127.0.0.1:PORT/</c>: address of the interface and of git alike.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>What it holds.</summary>
    public ForgeCatalog Repositories { get; }

    /// <summary>Its search, with the faults of one.</summary>
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
    /// Waits until no request is under way. An answer is in its caller's hands a moment before it stands in <see cref="Log"/> and
    /// <see cref="Traffic"/>: tests wait here before they look.
    /// </summary>
    public async Task SettleAsync()
    {
        while (Volatile.Read(ref _underWay) > 0)
        {
            await Task.Delay(1).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _web.StopAsync(patience.Token).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The user a request comes from: empty without a token, null where the token is nobody's.</summary>
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
        Interlocked.Increment(ref _underWay);
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
            // The caller gave up, or the planted fault cut it off.
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Likewise, seen by the writing side.
        }
        finally
        {
            Log.Add(exchange.Record);
            Interlocked.Decrement(ref _underWay);
            simulated?.End();
        }
    }
}
