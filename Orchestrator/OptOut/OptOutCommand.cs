using System.CommandLine;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Crawler;

namespace DataForge.Orchestrator.OptOut;

/// <summary><c>optout</c>: removes repositories from a workspace and from all its runs, for good.</summary>
internal static class OptOutCommand
{
    private const int MaxBytes = 64 << 20;
    private const int MaxEntry = 1000;

    /// <summary>The verb.</summary>
    public static Command Create(Option<string> workspace)
    {
        var list = new Argument<string?>("list")
        {
            Description = "A text file, one owner/repository or owner a line, # for comments. Without it, an interrupted opt-out is finished.",
            HelpName = "LIST", Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("optout", "Removes repositories from the workspace and all its runs, and keeps them out.") { list, workspace };
        command.SetAction(async (parsed, cancellation) =>
        {
            await RunAsync(parsed.GetValue(workspace)!, parsed.GetValue(list), cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task RunAsync(string folder, string? list, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
        {
            throw DataForgeException.Usage($"There is no workspace {folder}; name one that exists with --workspace.");
        }

        Workspace workspace = Workspace.Open(folder);
        IReadOnlyList<string>? entries = list is null ? null : Read(list, WorkspaceRemoval.RepositoryNames(workspace, OptOutApplication.CatalogOf(workspace)));
        using FileLock alone = FileLock.TryTake(OptOutLock.LockFile(workspace.Folder))
            ?? throw new DataForgeException($"the workspace {folder} is in use: let what is building in it end, or stop it, then run the same command again.");
        using FileLock crawl = FileLock.TryTake(WorkspaceRemoval.LockFile(workspace))
            ?? throw new DataForgeException($"a crawl into {folder} is under way: let it end, or stop it, then run the same command again.");
        var application = new OptOutApplication(workspace);
        bool finished = await application.FinishAsync(cancellation).ConfigureAwait(false) is { } told && Write(told);
        if (entries is not null)
        {
            Write(await application.ApplyAsync(entries, cancellation).ConfigureAwait(false));
        }
        else if (!finished)
        {
            throw DataForgeException.Usage("There is no interrupted opt-out to finish; name a list: dataforge optout LIST.");
        }
    }

    private static bool Write(IReadOnlyList<string> lines)
    {
        foreach (string line in lines)
        {
            Console.WriteLine(line);
        }

        return true;
    }

    /// <summary>Reads a list; its entries, each once, in ordinal order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="known">Names of repositories, some of which may hold spaces.</param>
    /// <exception cref="DataForgeException">It is no such list.</exception>
    internal static IReadOnlyList<string> Read(string path, IReadOnlyList<string> known)
    {
        var names = new HashSet<string>(known, StringComparer.OrdinalIgnoreCase);
        var entries = new SortedSet<string>(StringComparer.Ordinal);
        foreach ((int number, string line) in Lines(path).Index())
        {
            string entry = OptOutList.EntryOf(line);
            if (entry.Length == 0)
            {
                continue;
            }

            string? fault = entry.Length > MaxEntry ? "is too long for a name"
                : entry.Any(char.IsControl) || entry.Contains('\uFFFD') ? "is no text"
                : entry.Any(char.IsWhiteSpace) && !names.Contains(entry) ? "names a file; a list for optout names repositories or owners (single files: Clean:OptOutFile)"
                : entry.StartsWith('/') || entry.EndsWith('/') || entry.Contains("//", StringComparison.Ordinal) || entry.Contains("://", StringComparison.Ordinal) ? "is no name: write owner/repository or owner"
                : entry.TrimEnd('*') is var stem && stem != entry && !(stem.EndsWith('/') && entry.Length == stem.Length + 1) || entry[..^1].Contains('*') ? "has a '*' that is not an owner's last part: write owner/*"
                : null;
            if (fault is not null)
            {
                throw DataForgeException.Usage($"{path}, line {number + 1}: '{(entry.Length > 80 ? entry[..80] + "…" : entry)}' {fault}.");
            }

            entries.Add(entry);
        }

        return entries.Count > 0 ? [.. entries] : throw DataForgeException.Usage($"{path} names nobody: write one owner/repository or owner a line.");
    }

    private static string[] Lines(string path)
    {
        if (!File.Exists(path))
        {
            throw DataForgeException.Usage($"The list {path} does not exist.");
        }

        return new FileInfo(path).Length <= MaxBytes
            ? File.ReadAllLines(path, Encoding.UTF8)
            : throw DataForgeException.Usage($"The list {path} has more than {MaxBytes >> 20} MiB: it is no list of names.");
    }
}
