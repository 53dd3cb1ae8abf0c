using System.CommandLine;
using DataForge.Corpus;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Crawler;
using DataForge.Orchestrator.Commands;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Logging;
using DataForge.Orchestrator.Terminal;
using Microsoft.Extensions.Logging;

namespace DataForge.Orchestrator.OptOut;

/// <summary>What <c>optout</c> is asked for.</summary>
/// <param name="WorkspaceFolder">The workspace's folder.</param>
/// <param name="List">The list's file, or null to finish an interrupted opt-out.</param>
internal sealed record OptOutRequest(string WorkspaceFolder, string? List);

/// <summary><c>optout</c>: removes repositories from a workspace and from all its runs, permanently.</summary>
internal sealed class OptOutCommand(CommandTerminal terminal, TimeProvider time, ILogger<OptOutCommand> logger)
    : ICommandHandler<OptOutRequest>
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        var list = new Argument<string?>("list")
        {
            Description = "A text file, one owner/repository or owner per line, # for comments. "
                + "Without it, an interrupted opt-out is finished.",
            HelpName = "LIST", Arity = ArgumentArity.ZeroOrOne,
        };
        return host.Bind<OptOutCommand, OptOutRequest>(
            new Command("optout", "Removes repositories from the workspace and all its runs, and keeps them out.")
            {
                list, CommonOptions.Workspace,
            },
            parsed => new(parsed.GetValue(CommonOptions.Workspace)!, parsed.GetValue(list)));
    }

    /// <inheritdoc/>
    public async Task RunAsync(OptOutRequest request, CancellationToken cancellation)
    {
        string folder = request.WorkspaceFolder;
        if (!Directory.Exists(folder))
        {
            throw DataForgeException.Usage($"There is no workspace {folder}; name one that exists with --workspace.");
        }

        Workspace workspace = Workspace.Open(folder);
        IReadOnlyList<string>? entries = request.List is { } file
            ? OptOutListFile.Read(file, WorkspaceRemoval.RepositoryNames(workspace, OptOutApplication.CatalogOf(workspace)))
            : null;
        using FileLock alone = FileLock.TryTake(OptOutLock.LockFile(workspace.Folder))
            ?? throw new DataForgeException(
                $"the workspace {folder} is in use: wait for the other commands to end, or stop them, then run the same command again.");
        using FileLock crawl = FileLock.TryTake(WorkspaceRemoval.LockFile(workspace))
            ?? throw new DataForgeException(
                $"a crawl into {folder} is running: wait for it to end, or stop it, then run the same command again.");
        var application = new OptOutApplication(workspace, time);
        OptOutJournal? finished = await application.FinishAsync(cancellation).ConfigureAwait(false);
        if (finished is not null)
        {
            logger.OptOutFinished();
            Report(finished.Report);
        }

        if (entries is not null)
        {
            OptOutJournal applied = await application.ApplyAsync(entries, cancellation).ConfigureAwait(false);
            Report(applied.Report);
            logger.OptOutApplied(entries.Count);
            RequireMatches(applied);
        }
        else if (finished is null)
        {
            throw DataForgeException.Usage("There is no interrupted opt-out to finish; name a list: dataforge optout LIST.");
        }
        else
        {
            RequireMatches(finished);
        }
    }

    // Whoever asked to be left out may be here under another name, so a script must notice.
    private static void RequireMatches(OptOutJournal done)
    {
        if (done.Unmatched > 0)
        {
            throw new DataForgeException(
                $"{done.Unmatched} of {done.Entries.Count} requests match nothing in this workspace (later crawls leave them out): "
                + "check how those names are written.");
        }
    }

    // The lines may name repositories, so they are not logged: a log can outlive the opt-out.
    private void Report(IReadOnlyList<string> lines)
    {
        foreach (string line in lines)
        {
            terminal.Output.WriteLine(line);
        }
    }
}
