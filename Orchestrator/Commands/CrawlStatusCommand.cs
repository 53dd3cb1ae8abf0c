using DataForge.Inspection.Settings;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.GitHub;
using DataForge.Orchestrator.Settings;

namespace DataForge.Orchestrator.Commands;

/// <summary><c>crawl --status</c>: how complete the crawl of each <c>github:</c> query is, by the ledger; nothing is crawled or made.</summary>
internal static class CrawlStatusCommand
{
    /// <exception cref="DataForgeException">There is no such workspace.</exception>
    public static void Run(PipelineRequest request, bool asJson)
    {
        if (!Directory.Exists(request.WorkspaceFolder))
        {
            throw DataForgeException.Usage($"There is no workspace {request.WorkspaceFolder}; name one that exists with --workspace.");
        }

        Workspace workspace = Workspace.Open(request.WorkspaceFolder);
        Run? run = workspace.RunNames().Contains(request.RunName) ? Corpus.Runs.Run.Open(workspace, request.RunName) : null;
        DataForgeOptions options = OptionsLoader.Load(run, request.OptionsFile, request.CommandLine);
        CrawlStatus status = CrawlStatus.Of(workspace, options.Crawl);
        Console.Out.Write(asJson ? status.ToJson() + "\n" : status.ToText());
    }
}
