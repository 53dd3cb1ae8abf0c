using DataForge.Corpus.Events;
using DataForge.Corpus;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// Finds out what happened to repositories that a query found in its last complete round and no longer finds, or that git cannot fetch. It
/// costs one request per such repository, and none if nothing is missing.
/// </summary>
internal sealed class RepositoryStatusCheck(GitHubClient client, Catalog catalog, Action<Note> report)
{
    // How many are reported one by one; the catalog has the status of all.
    private const int MaxReported = 100;
    private const string Known = "known";
    private int _reported;

    /// <summary>Stores which repositories a query found.</summary>
    public static void Remember(Catalog catalog, string query, IReadOnlyList<(long Repository, int Snapshot)> snapshots) =>
        catalog.Sources.Set(Key(query), Known, snapshots);

    /// <summary>Records the status of those that the query found when it was last crawled completely, and no longer finds.</summary>
    public async Task CheckMissingAsync(string query, Func<long, bool> isFound, CancellationToken cancellation)
    {
        foreach ((long id, int _) in catalog.Sources.Find(Key(query), Known) ?? [])
        {
            if (!isFound(id) && catalog.States.Find(id) is { } state)
            {
                (RepositoryStatus status, string? detail) = await RequestStatusAsync(id, state.Name, cancellation).ConfigureAwait(false);
                catalog.States.Set(state with { Status = status, Detail = detail });
                string reason = detail is null ? "" : $" ({detail})";
                Report($"{state.Name} is no longer among {query}: {status.ToString().ToLowerInvariant()}{reason}");
            }
        }
    }

    /// <summary>Records and reports repositories whose names have changed since they were last read.</summary>
    public void ReportRenames(IEnumerable<(long Id, string Name)> found)
    {
        foreach ((long id, string name) in found)
        {
            if (catalog.States.Find(id) is { } state && state.Name != name)
            {
                catalog.States.Set(state with { Name = name, Detail = $"was {state.Name}" });
                Report($"{state.Name} is now called {name}");
            }
        }
    }

    /// <summary>
    /// Finds the exact reason why git was refused, or the repository's new address where it only moved (<see cref="RefusalLookup"/>).
    /// </summary>
    public async Task<(FetchException? Fault, string? CloneUrl)> LookUpAsync(
        DiscoveredRepository repository, FetchException fault, CancellationToken cancellation)
    {
        ApiResponse<Repository> response = await client.GetRepositoryAsync(repository.FullName, cancellation).ConfigureAwait(false);
        if (response is { Outcome: ApiOutcome.Ok, Value: { } page } && DiscoveredRepository.Of(page) is { } now && now.Id == repository.Id)
        {
            return now.IsPrivate ? (new FetchException(RuleNames.Private, "it is private now"), null)
                : now.IsDisabled ? (new FetchException(RuleNames.Blocked, "the forge disabled it"), null)
                : now.CloneUrl != repository.CloneUrl ? (null, now.CloneUrl)
                : (fault, null);
        }

        return response.Outcome is ApiOutcome.Blocked or ApiOutcome.Forbidden
            ? (new FetchException(RuleNames.Blocked, FetchException.Printable(response.Message)), null)
            : (new FetchException(RuleNames.Vanished, "it no longer exists, or is no longer public"), null);
    }

    private async Task<(RepositoryStatus Status, string? Detail)> RequestStatusAsync(long id, string name, CancellationToken cancellation)
    {
        ApiResponse<Repository> response = await client.GetRepositoryAsync(name, cancellation).ConfigureAwait(false);
        if (response.Outcome == ApiOutcome.Ok && response.Value is { } page && DiscoveredRepository.Of(page) is { } now)
        {
            return now.Id != id ? (RepositoryStatus.Vanished, "another repository has its name now")
                : now.IsPrivate ? (RepositoryStatus.Private, null)
                : now.IsDisabled ? (RepositoryStatus.Blocked, "the forge disabled it")
                : now.FullName != name ? (RepositoryStatus.Moved, now.FullName)
                : (RepositoryStatus.Present, "the query no longer finds it");
        }

        return response.Outcome is ApiOutcome.Blocked or ApiOutcome.Forbidden
            ? (RepositoryStatus.Blocked, FetchException.Printable(response.Message))
            : (RepositoryStatus.Vanished, null);
    }

    private void Report(string text)
    {
        if (_reported++ < MaxReported)
        {
            report(Note.Information(text));
        }
    }

    private static string Key(string query) => $"github:{query}";
}
