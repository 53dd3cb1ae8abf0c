using DataForge.Corpus.Events;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// Finds out what became of repositories that a query found in its last complete round and finds no more, or that git cannot be had of.
/// One request each, and none where nothing is missing.
/// </summary>
internal sealed class RepositoryWatch(GitHubClient client, Catalog catalog, Action<Note> tell)
{
    // Of these only the first so many are told one by one; the catalog has all.
    private const int MaxTold = 100;
    private const string Known = "known";
    private int _told;

    /// <summary>Keeps which repositories a query found.</summary>
    public static void Remember(Catalog catalog, string query, IReadOnlyList<(long Repository, int Snapshot)> snapshots) =>
        catalog.Sources.Set(Key(query), Known, snapshots);

    /// <summary>Records what became of those that the query found when it was last crawled to the end, and finds no more.</summary>
    public async Task CheckMissingAsync(string query, Func<long, bool> isFound, CancellationToken cancellation)
    {
        foreach ((long id, int _) in catalog.Sources.Find(Key(query), Known) ?? [])
        {
            if (!isFound(id) && catalog.States.Find(id) is { } state)
            {
                (RepositoryStatus status, string? detail) = await AskAsync(id, state.Name, cancellation).ConfigureAwait(false);
                catalog.States.Set(state with { Status = status, Detail = detail });
                Tell($"{state.Name} is no longer among {query}: {status.ToString().ToLowerInvariant()}{(detail is null ? "" : $" ({detail})")}");
            }
        }
    }

    /// <summary>Tells of repositories that have another name than when they were last read.</summary>
    public void TellRenames(IEnumerable<(long Id, string Name)> found)
    {
        foreach ((long id, string name) in found)
        {
            if (catalog.States.Find(id) is { } state && state.Name != name)
            {
                catalog.States.Set(state with { Name = name, Detail = $"was {state.Name}" });
                Tell($"{state.Name} is now called {name}");
            }
        }
    }

    /// <summary>Says more exactly why git was refused; the repository's new address where it only moved.</summary>
    public async Task<(FetchException? Fault, string? CloneUrl)> LookUpAsync(
        DiscoveredRepository repository, FetchException fault, CancellationToken cancellation)
    {
        ApiAnswer<Repository> answer = await client.GetRepositoryAsync(repository.FullName, cancellation).ConfigureAwait(false);
        if (answer is { Outcome: ApiOutcome.Ok, Value: { } page } && DiscoveredRepository.Of(page) is { } now && now.Id == repository.Id)
        {
            return now.IsPrivate ? (new FetchException(FaultRules.Private, "it is private now"), null)
                : now.IsDisabled ? (new FetchException(FaultRules.Blocked, "the forge disabled it"), null)
                : now.CloneUrl != repository.CloneUrl ? (null, now.CloneUrl)
                : (fault, null);
        }

        return answer.Outcome is ApiOutcome.Blocked or ApiOutcome.Forbidden
            ? (new FetchException(FaultRules.Blocked, FetchException.Printable(answer.Message)), null)
            : (new FetchException(FaultRules.Vanished, "it is not there any more, or not for everybody"), null);
    }

    private async Task<(RepositoryStatus Status, string? Detail)> AskAsync(long id, string name, CancellationToken cancellation)
    {
        ApiAnswer<Repository> answer = await client.GetRepositoryAsync(name, cancellation).ConfigureAwait(false);
        if (answer.Outcome == ApiOutcome.Ok && answer.Value is { } page && DiscoveredRepository.Of(page) is { } now)
        {
            return now.Id != id ? (RepositoryStatus.Vanished, "its name is another's now")
                : now.IsPrivate ? (RepositoryStatus.Private, null)
                : now.IsDisabled ? (RepositoryStatus.Blocked, "the forge disabled it")
                : now.FullName != name ? (RepositoryStatus.Moved, now.FullName)
                : (RepositoryStatus.Present, "the query does not find it any more");
        }

        return answer.Outcome is ApiOutcome.Blocked or ApiOutcome.Forbidden
            ? (RepositoryStatus.Blocked, FetchException.Printable(answer.Message))
            : (RepositoryStatus.Vanished, null);
    }

    private void Tell(string text)
    {
        if (_told++ < MaxTold)
        {
            tell(Note.Information(text));
        }
    }

    private static string Key(string query) => $"github:{query}";
}
