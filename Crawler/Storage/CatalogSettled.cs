namespace DataForge.Crawler.Storage;

/// <summary>A repository of a forge that a crawl is done with.</summary>
/// <param name="Key">The key of its freshness.</param>
/// <param name="Signature">What it is fresh as long as; null where it is to be asked for again.</param>
/// <param name="Snapshot">Its snapshot.</param>
/// <param name="State">What became of it.</param>
internal sealed record SettledRepository(string Key, string? Signature, int Snapshot, RepositoryState State);

/// <summary>What spares the next crawl from asking for repositories that nobody pushed to.</summary>
internal sealed partial class Catalog
{
    /// <summary>
    /// Keeps what became of repositories whose rows are committed, in one transaction. Not durable: should a power cut undo it, the
    /// repositories are asked for once more.
    /// </summary>
    public void Settle(IReadOnlyList<SettledRepository> repositories)
    {
        if (repositories.Count == 0)
        {
            return;
        }

        Change(isDurable: false, () =>
        {
            SettledRepository[] fresh = [.. repositories.Where(repository => repository.Signature is not null)];
            IEnumerable<object?[]> keys = repositories.Select(repository => new object?[] { repository.Key });
            _database.ExecuteMany("DELETE FROM source_snapshots WHERE source = $k", ["$k"], keys);
            _database.ExecuteMany("DELETE FROM sources WHERE key = $k", ["$k"], keys);
            _database.ExecuteMany(
                "INSERT INTO sources (key, signature) VALUES ($k, $s) ON CONFLICT (key) DO UPDATE SET signature = excluded.signature", ["$k", "$s"],
                fresh.Select(repository => new object?[] { repository.Key, repository.Signature }));
            _database.ExecuteMany(
                "INSERT INTO source_snapshots VALUES ($k, $r, $n) ON CONFLICT (source, repository) DO UPDATE SET snapshot = excluded.snapshot", ["$k", "$r", "$n"],
                fresh.Select(repository => new object?[] { repository.Key, repository.State.Repository, repository.Snapshot }));
            Put(repositories.Select(repository => repository.State));
        });
    }
}
