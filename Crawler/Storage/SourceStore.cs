namespace DataForge.Crawler.Storage;

/// <summary>A repository of a forge whose crawl is complete.</summary>
/// <param name="Key">Its key in the table <c>sources</c>.</param>
/// <param name="Signature">The signature under which it need not be requested again; null if it has to be.</param>
/// <param name="Snapshot">The number of its snapshot.</param>
/// <param name="State">Its status.</param>
internal sealed record CompletedRepository(string Key, string? Signature, int Snapshot, RepositoryState State);

/// <summary>
/// The snapshots that sources were crawled to, with the signature they had then (tables <c>sources</c>, <c>source_snapshots</c>). A source
/// with the same signature is unchanged and is not read again. A source is what the user named, or one repository of a forge.
/// </summary>
internal sealed class SourceStore(CatalogConnection connection)
{
    /// <summary>
    /// The snapshots that a source was crawled to, in order of the repositories' ids; null if its signature was another one.
    /// </summary>
    public List<(long Repository, int Snapshot)>? Find(string key, string signature) => connection.Run(session =>
        session.Scalar("SELECT 1 FROM sources WHERE key = $k AND signature = $s", ("$k", key), ("$s", signature)) is null
            ? null
            : session.Read(
                "SELECT repository, snapshot FROM source_snapshots WHERE source = $k ORDER BY repository",
                static reader => (reader.GetInt64(0), reader.GetInt32(1)), ("$k", key)));

    /// <summary>Sets the snapshots that a source was crawled to, in place of the former ones.</summary>
    public void Set(string key, string signature, IReadOnlyList<(long Repository, int Snapshot)> snapshots) =>
        connection.RunInTransaction(isDurable: true, transaction =>
        {
            transaction.Execute("DELETE FROM source_snapshots WHERE source = $k", ("$k", key));
            transaction.Execute(
                "INSERT INTO sources (key, signature) VALUES ($k, $s) ON CONFLICT (key) DO UPDATE SET signature = excluded.signature",
                ("$k", key), ("$s", signature));
            transaction.Database.ExecuteMany(
                "INSERT INTO source_snapshots VALUES ($k, $r, $n)", ["$k", "$r", "$n"],
                snapshots.Select(snapshot => new object?[] { key, snapshot.Repository, snapshot.Snapshot }));
        });

    /// <summary>
    /// Records repositories whose rows are committed, with their states, in one transaction. Not durable: if a power cut undoes it, the
    /// repositories are requested once more.
    /// </summary>
    public void AddCompleted(IReadOnlyList<CompletedRepository> repositories)
    {
        if (repositories.Count == 0)
        {
            return;
        }

        connection.RunInTransaction(isDurable: false, transaction =>
        {
            CatalogDatabase database = transaction.Database;
            CompletedRepository[] unchanging = [.. repositories.Where(repository => repository.Signature is not null)];
            IEnumerable<object?[]> keys = repositories.Select(repository => new object?[] { repository.Key });
            database.ExecuteMany("DELETE FROM source_snapshots WHERE source = $k", ["$k"], keys);
            database.ExecuteMany("DELETE FROM sources WHERE key = $k", ["$k"], keys);
            database.ExecuteMany(
                "INSERT INTO sources (key, signature) VALUES ($k, $s) ON CONFLICT (key) DO UPDATE SET signature = excluded.signature",
                ["$k", "$s"], unchanging.Select(repository => new object?[] { repository.Key, repository.Signature }));
            database.ExecuteMany(
                """
                INSERT INTO source_snapshots VALUES ($k, $r, $n)
                ON CONFLICT (source, repository) DO UPDATE SET snapshot = excluded.snapshot
                """,
                ["$k", "$r", "$n"],
                unchanging.Select(repository => new object?[] { repository.Key, repository.State.Repository, repository.Snapshot }));
            RepositoryStateStore.Set(transaction, repositories.Select(repository => repository.State));
        });
    }
}
