using DataForge.Corpus;

namespace DataForge.Crawler.Storage;

/// <summary>Removes repositories and contents from the catalog that were removed from <c>raw/</c>.</summary>
internal sealed class RemovalStore(CatalogConnection connection, ContentStore contents)
{
    private static readonly string[] RepositoryTables =
    [
        // A source that held the repository is scanned again, so that the next crawl can report what it leaves out.
        "DELETE FROM sources WHERE key IN (SELECT source FROM source_snapshots WHERE repository = $r)",
        "DELETE FROM source_snapshots WHERE source NOT IN (SELECT key FROM sources)",
        "DELETE FROM snapshots WHERE repository = $r",
        "DELETE FROM repositories WHERE id = $r",
        "DELETE FROM members WHERE repository = $r",
        "DELETE FROM repository_states WHERE repository = $r",
        "DELETE FROM work WHERE repository = $r",
    ];

    /// <summary>
    /// All repositories in the catalog, crawled or only found, in order of their ids; a renamed one comes once with each of its names.
    /// </summary>
    public List<(long Id, string Name)> AllRepositories() => connection.Run(session => session.Read(
        """
        SELECT id, name FROM repositories UNION SELECT repository, name FROM members UNION SELECT repository, name FROM repository_states
        ORDER BY 1, 2
        """,
        static reader => (reader.GetInt64(0), reader.GetString(1))));

    /// <summary>
    /// Removes repositories, names of sources and contents, and updates the parts that were rewritten: all or nothing, and idempotent.
    /// </summary>
    public void Remove(
        IReadOnlyCollection<long> repositories, IEnumerable<string> names, IEnumerable<BlobId> removedContents,
        IEnumerable<RewrittenPart> parts)
    {
        contents.Merge();
        connection.RunInTransaction(isDurable: true, transaction =>
        {
            foreach (long repository in repositories)
            {
                foreach (string sql in RepositoryTables)
                {
                    transaction.Execute(sql, sql.Contains("$r", StringComparison.Ordinal) ? [("$r", repository)] : []);
                }
            }

            foreach (string name in names)
            {
                transaction.Execute("DELETE FROM locations WHERE name = $n", ("$n", name));
            }

            ContentStore.Remove(transaction, removedContents);
            foreach (RewrittenPart rewritten in parts)
            {
                PartStore.Replace(transaction, rewritten);
            }

            // Stored answers of the forge name repositories, and only save requests.
            transaction.Execute("DELETE FROM answers");
        });
        connection.Run(session => session.Database.Compact());
    }
}
