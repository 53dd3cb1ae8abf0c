using System.Data.Common;

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

        lock (_lock)
        {
            using DbTransaction transaction = _database.Begin(isDurable: false);
            foreach (SettledRepository repository in repositories)
            {
                Execute("DELETE FROM source_snapshots WHERE source = $k", ("$k", repository.Key));
                Execute("DELETE FROM sources WHERE key = $k", ("$k", repository.Key));
                if (repository.Signature is not null)
                {
                    Execute("INSERT INTO sources (key, signature) VALUES ($k, $s)", ("$k", repository.Key), ("$s", repository.Signature));
                    Execute(
                        "INSERT INTO source_snapshots VALUES ($k, $r, $n)",
                        ("$k", repository.Key), ("$r", repository.State.Repository), ("$n", repository.Snapshot));
                }

                Put(repository.State);
            }

            transaction.Commit();
        }
    }
}
