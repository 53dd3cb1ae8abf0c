using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler;
using DataForge.Crawler.GitHub;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Settings;
using DataForge.Orchestrator.Terminal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DataForge.Orchestrator.Commands;

/// <summary>What <c>crawl --status</c> is asked for.</summary>
/// <param name="Pipeline">Workspace, run and options.</param>
/// <param name="AsJson">Whether the answer is JSON.</param>
internal sealed record CrawlStatusRequest(PipelineRequest Pipeline, bool AsJson);

/// <summary><c>crawl --status</c>: how complete the crawl of each <c>github:</c> query is, by the ledger. Changes nothing.</summary>
internal sealed class CrawlStatusCommand(Workspace workspace, IOptions<CrawlOptions> options, CommandTerminal terminal)
    : ICommandHandler<CrawlStatusRequest>
{
    /// <inheritdoc/>
    public Task RunAsync(CrawlStatusRequest request, CancellationToken cancellation)
    {
        CrawlStatus status = CrawlStatus.Of(workspace, options.Value);
        terminal.Output.Write(request.AsJson ? status.ToJson() + "\n" : status.ToText());
        return Task.CompletedTask;
    }

    /// <summary>Stops where a mistyped name would create a workspace.</summary>
    /// <exception cref="DataForgeException">There is no such workspace. Exit code 2.</exception>
    public static void RequireWorkspace(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw DataForgeException.Usage($"There is no workspace {folder}; name one that exists with --workspace.");
        }
    }

    /// <summary>Registers the workspace and the options; the run only where it exists.</summary>
    public static void Register(IServiceCollection services, PipelineRequest request)
    {
        Workspace workspace = Workspace.Open(request.WorkspaceFolder);
        services.AddSingleton(workspace).AddRunOptions(request);
        if (workspace.RunNames().Contains(request.RunName))
        {
            services.AddSingleton(_ => Run.Open(workspace, request.RunName));
        }
    }
}
