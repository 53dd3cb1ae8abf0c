using System.Collections;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;

namespace DataForge.Crawler.Storage;

/// <summary>Raw parts, and the input of a run made from them (tables <c>parts</c>, <c>part_contents</c>).</summary>
internal sealed class PartStore(CatalogConnection connection, ContentStore contents, WriterStore writer)
{
    /// <summary>The number of the next raw part.</summary>
    public int NextNumber() => connection.Run(session => (int)session.Integer("SELECT COALESCE(MAX(number) + 1, 0) FROM parts"));

    /// <summary>
    /// Commits a part with its contents, and its rows to their snapshots: all or nothing, durable on return. The part is null if the
    /// snapshots have no row.
    /// </summary>
    /// <exception cref="DataForgeException">Another crawler is the writer now.</exception>
    public void Commit(
        RawPart? part, IEnumerable<SnapshotShare> shares, IEnumerable<(BlobId Id, int Size)> newContents, IEnumerable<int> contentParts)
    {
        connection.Run(session =>
        {
            if (!session.IsRepeated || !IsCommitted(session, part))
            {
                session.InTransaction(isDurable: true, transaction =>
                {
                    writer.CountCommit(transaction);
                    if (part is not null)
                    {
                        Add(transaction, part, contentParts);
                        ContentStore.Add(transaction, part.Number, newContents);
                    }

                    SnapshotStore.Add(transaction, [.. shares], part?.Number);
                });
            }

            writer.ConfirmCommit();
        });
        contents.MergeWhenDue();
    }

    /// <summary>
    /// The input of a run over these snapshots: the parts that hold their rows or their contents, in order. Counts of the rows are added
    /// to <paramref name="counts"/>. The repositories are read as the caller asks for them: there may be millions.
    /// </summary>
    public RunInput InputOf(IReadOnlyList<(long Repository, int Snapshot)> snapshots, CountTable counts)
    {
        (RawPart[] parts, CountTable sums) = connection.Run(session => PartsOf(session, snapshots));
        counts.Add(sums);
        return new RunInput { Parts = parts, Repositories = new SnapshotList(connection, snapshots) };
    }

    /// <summary>Replaces the row of a part that was rewritten.</summary>
    internal static void Replace(CatalogTransaction transaction, RewrittenPart rewritten)
    {
        RawPart part = rewritten.Part;
        transaction.Execute(
            "UPDATE parts SET files_sha256 = $f, blobs_sha256 = $b, occurrences = $o, blobs = $c, bytes = $s WHERE number = $n",
            ("$n", part.Number), ("$f", part.FilesSha256), ("$b", part.BlobsSha256), ("$o", part.Occurrences), ("$c", part.Blobs),
            ("$s", part.Bytes));
        transaction.Execute("DELETE FROM part_contents WHERE part = $p", ("$p", part.Number));
        AddContentParts(transaction, part.Number, rewritten.ContentParts);
    }

    private static void Add(CatalogTransaction transaction, RawPart part, IEnumerable<int> contentParts)
    {
        transaction.Execute(
            "INSERT INTO parts VALUES ($n, $f, $b, $o, $c, $s)",
            ("$n", part.Number), ("$f", part.FilesSha256), ("$b", part.BlobsSha256), ("$o", part.Occurrences), ("$c", part.Blobs),
            ("$s", part.Bytes));
        AddContentParts(transaction, part.Number, contentParts);
    }

    private static void AddContentParts(CatalogTransaction transaction, int part, IEnumerable<int> contentParts) =>
        transaction.Database.ExecuteMany(
            "INSERT INTO part_contents VALUES ($p, $c)", ["$p", "$c"],
            contentParts.Select(contentPart => new object?[] { part, contentPart }));

    // Whether a commit took place whose answer was lost.
    private bool IsCommitted(CatalogSession session, RawPart? part) => writer.HasCommitted(session) ?? (part is not null
        ? session.Scalar("SELECT files_sha256 FROM parts WHERE number = $n", ("$n", part.Number)) as string == part.FilesSha256
        : throw new ConnectionLostException("the connection broke during a commit, and it is not known whether it took place"));

    private static (RawPart[] Parts, CountTable Sums) PartsOf(
        CatalogSession session, IReadOnlyList<(long Repository, int Snapshot)> snapshots)
    {
        var sums = new CountTable();
        SortedSet<int> parts = [];
        const string Sql = "SELECT first_part, last_part, counts FROM snapshots WHERE repository = $r AND number = $n";
        SnapshotStore.ReadEach(session, Sql, snapshots, (_, reader) =>
        {
            for (int part = reader.IsDBNull(0) ? 0 : reader.GetInt32(0); !reader.IsDBNull(1) && part <= reader.GetInt32(1); part++)
            {
                parts.Add(part);
            }

            sums.Add(CountTable.FromJson(reader.GetString(2)));
        });

        foreach (int part in parts.ToArray())
        {
            parts.UnionWith(session.Read(
                "SELECT content_part FROM part_contents WHERE part = $p", static reader => reader.GetInt32(0), ("$p", part)));
        }

        return ([.. parts.Select(part => Find(session, part))], sums);
    }

    private static RawPart Find(CatalogSession session, int number) => session.Read(
        "SELECT files_sha256, blobs_sha256, occurrences, blobs, bytes FROM parts WHERE number = $n",
        reader => new RawPart(number, reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)),
        ("$n", number)).FirstOrDefault()
        ?? throw new DataForgeException($"the catalog does not know raw part {number}: it is damaged; crawl into another --workspace.");

    // Snapshots with the names and commits of their repositories, of which one page at a time is in memory.
    private sealed class SnapshotList(CatalogConnection connection, IReadOnlyList<(long Repository, int Snapshot)> snapshots)
        : IReadOnlyList<RepositorySnapshot>
    {
        private const string Sql =
            """
            SELECT r.name, s.commit_id FROM snapshots s JOIN repositories r ON r.id = s.repository
            WHERE s.repository = $r AND s.number = $n
            """;

        /// <inheritdoc/>
        public int Count => snapshots.Count;

        /// <inheritdoc/>
        public RepositorySnapshot this[int index] => Read([snapshots[index]])[0];

        /// <inheritdoc/>
        public IEnumerator<RepositorySnapshot> GetEnumerator() => snapshots.Chunk(Paging.Rows).SelectMany(Read).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        private List<RepositorySnapshot> Read(IReadOnlyList<(long Repository, int Snapshot)> page) => connection.Run(session =>
        {
            List<RepositorySnapshot> found = [];
            SnapshotStore.ReadEach(session, Sql, page, (key, reader) => found.Add(
                new RepositorySnapshot(key.Repository, reader.GetString(0), key.Snapshot, reader.TextOrNull(1))));
            return found;
        });
    }
}
