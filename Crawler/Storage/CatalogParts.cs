using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using Microsoft.Data.Sqlite;

namespace DataForge.Crawler.Storage;

/// <summary>What the catalog knows of raw parts, and how a run's input is drawn from it.</summary>
internal sealed partial class Catalog
{
    /// <summary>
    /// Commits a part, and what it means for snapshots: all or nothing, durable on return. The part is null where the shares have no row.
    /// </summary>
    public void CommitPart(
        RawPart? part, IEnumerable<SnapshotShare> shares, IEnumerable<(BlobId Id, int Size)> newContents, IEnumerable<int> contentParts)
    {
        lock (_lock)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            if (part is not null)
            {
                Execute(
                    "INSERT INTO parts VALUES ($n, $f, $b, $o, $c, $s)",
                    ("$n", part.Number), ("$f", part.FilesSha256), ("$b", part.BlobsSha256), ("$o", part.Occurrences), ("$c", part.Blobs),
                    ("$s", part.Bytes));
                foreach (int contentPart in contentParts)
                {
                    Execute("INSERT INTO part_contents VALUES ($p, $c)", ("$p", part.Number), ("$c", contentPart));
                }

                AddContents(part.Number, newContents);
            }

            foreach (SnapshotShare share in shares)
            {
                Add(share, part?.Number);
            }

            transaction.Commit();
        }
    }

    /// <summary>
    /// The input of a run over these snapshots: the parts that hold their rows or their contents, in order. Figures of the rows are summed
    /// into <paramref name="counts"/>.
    /// </summary>
    public RunInput Input(IReadOnlyList<(long Repository, int Snapshot)> snapshots, SortedDictionary<string, long> counts)
    {
        lock (_lock)
        {
            using SqliteCommand command = Command(
                """
                SELECT r.name, s.commit_id, s.first_part, s.last_part, s.counts FROM snapshots s JOIN repositories r ON r.id = s.repository
                WHERE s.repository = $r AND s.number = $n
                """,
                ("$r", 0L), ("$n", 0));
            var repositories = new List<RepositorySnapshot>(snapshots.Count);
            SortedSet<int> parts = [];
            foreach ((long repository, int snapshot) in snapshots)
            {
                command.Parameters["$r"].Value = repository;
                command.Parameters["$n"].Value = snapshot;
                using SqliteDataReader reader = command.ExecuteReader();
                reader.Read();
                string? commit = reader.IsDBNull(1) ? null : reader.GetString(1);
                repositories.Add(new RepositorySnapshot(repository, reader.GetString(0), snapshot, commit));
                for (int part = reader.IsDBNull(2) ? 0 : reader.GetInt32(2); !reader.IsDBNull(3) && part <= reader.GetInt32(3); part++)
                {
                    parts.Add(part);
                }

                AddCounts(counts, ReadCounts(reader.GetString(4)));
            }

            foreach (int part in parts.ToArray())
            {
                parts.UnionWith(ContentParts(part));
            }

            return new RunInput { Parts = [.. parts.Select(Part)], Repositories = repositories };
        }
    }

    private void Add(SnapshotShare share, int? part)
    {
        RepositoryFacts facts = share.Facts;
        int? partWithRows = share.Rows > 0 ? part : null;
        Execute(
            "INSERT INTO repositories VALUES ($i, $n, $s) ON CONFLICT (id) DO NOTHING",
            ("$i", facts.Id), ("$n", facts.Name), ("$s", facts.Source));
        var counts = new SortedDictionary<string, long>(share.Counts, StringComparer.Ordinal);
        object? known = Scalar("SELECT counts FROM snapshots WHERE repository = $r AND number = $n", ("$r", facts.Id), ("$n", facts.Snapshot));
        if (known is string before)
        {
            AddCounts(counts, ReadCounts(before));
        }

        Execute(
            """
            INSERT INTO snapshots VALUES ($r, $n, $s, $c, $p, $p, $w, $d, $t)
            ON CONFLICT (repository, number) DO UPDATE SET
              first_part = COALESCE(first_part, $p), last_part = COALESCE($p, last_part), rows = rows + $w, complete = $d, counts = $t
            """,
            ("$r", facts.Id), ("$n", facts.Snapshot), ("$s", share.Signature), ("$c", facts.Commit), ("$p", partWithRows),
            ("$w", share.Rows), ("$d", share.IsComplete ? 1 : 0), ("$t", JsonSerializer.Serialize(counts)));
    }

    private void AddContents(int part, IEnumerable<(BlobId Id, int Size)> contents)
    {
        using SqliteCommand insert = Command(
            "INSERT INTO contents (id, part, size) VALUES ($i, $p, $s)", ("$i", Array.Empty<byte>()), ("$p", part), ("$s", 0));
        byte[] bytes = new byte[BlobId.Size];
        foreach ((BlobId id, int size) in contents)
        {
            id.CopyTo(bytes);
            insert.Parameters["$i"].Value = bytes;
            insert.Parameters["$s"].Value = size;
            insert.ExecuteNonQuery();
        }
    }

    private RawPart Part(int number)
    {
        using SqliteCommand command = Command(
            "SELECT files_sha256, blobs_sha256, occurrences, blobs, bytes FROM parts WHERE number = $n", ("$n", number));
        using SqliteDataReader reader = command.ExecuteReader();
        return reader.Read()
            ? new RawPart(number, reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4))
            : throw new DataForgeException($"the catalog does not know raw part {number}: it is damaged; crawl into another --workspace.");
    }

    private List<int> ContentParts(int part)
    {
        using SqliteCommand command = Command("SELECT content_part FROM part_contents WHERE part = $p", ("$p", part));
        using SqliteDataReader reader = command.ExecuteReader();
        List<int> parts = [];
        while (reader.Read())
        {
            parts.Add(reader.GetInt32(0));
        }

        return parts;
    }

    private static SortedDictionary<string, long> ReadCounts(string json) =>
        new(JsonSerializer.Deserialize<Dictionary<string, long>>(json)!, StringComparer.Ordinal);

    private static void AddCounts(SortedDictionary<string, long> counts, SortedDictionary<string, long> more)
    {
        foreach ((string name, long value) in more)
        {
            counts[name] = counts.GetValueOrDefault(name) + value;
        }
    }
}
