using System.Collections;
using System.Data.Common;
using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Crawler.Storage;

/// <summary>What the catalog knows of raw parts, and how a run's input is drawn from it.</summary>
internal sealed partial class Catalog
{
    /// <summary>
    /// Commits a part, and what it means for snapshots: all or nothing, durable on return. The part is null where the shares have no row.
    /// </summary>
    /// <exception cref="DataForgeException">Another crawler took over writing.</exception>
    public void CommitPart(
        RawPart? part, IEnumerable<SnapshotShare> shares, IEnumerable<(BlobId Id, int Size)> newContents, IEnumerable<int> contentParts)
    {
        Do(isAgain =>
        {
            if (isAgain && IsCommitted(part))
            {
                return true;
            }

            Change(isDurable: true, () =>
            {
                CheckWriter();
                if (part is not null)
                {
                    Execute(
                        "INSERT INTO parts VALUES ($n, $f, $b, $o, $c, $s)",
                        ("$n", part.Number), ("$f", part.FilesSha256), ("$b", part.BlobsSha256), ("$o", part.Occurrences), ("$c", part.Blobs),
                        ("$s", part.Bytes));
                    _database.ExecuteMany(
                        "INSERT INTO part_contents VALUES ($p, $c)", ["$p", "$c"],
                        contentParts.Select(contentPart => new object?[] { part.Number, contentPart }));
                    AddContents(part.Number, newContents);
                }

                Add([.. shares], part?.Number);
            });
            return true;
        });
        lock (_lock)
        {
            _writerCommits++;
        }

        MergeContentsWhenDue();
    }

    /// <summary>
    /// The input of a run over these snapshots: the parts that hold their rows or their contents, in order. Figures of the rows are summed
    /// into <paramref name="counts"/>. The repositories are read as they are asked for: there may be millions.
    /// </summary>
    public RunInput Input(IReadOnlyList<(long Repository, int Snapshot)> snapshots, SortedDictionary<string, long> counts)
    {
        (RawPart[] parts, SortedDictionary<string, long> sums) = Do(() => PartsOf(snapshots));
        AddCounts(counts, sums);
        return new RunInput { Parts = parts, Repositories = new SnapshotList(this, snapshots) };
    }

    private (RawPart[] Parts, SortedDictionary<string, long> Sums) PartsOf(IReadOnlyList<(long Repository, int Snapshot)> snapshots)
    {
        var sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
        SortedSet<int> parts = [];
        ReadSnapshots("SELECT first_part, last_part, counts FROM snapshots WHERE repository = $r AND number = $n", snapshots, (_, reader) =>
        {
            for (int part = reader.IsDBNull(0) ? 0 : reader.GetInt32(0); !reader.IsDBNull(1) && part <= reader.GetInt32(1); part++)
            {
                parts.Add(part);
            }

            AddCounts(sums, ReadCounts(reader.GetString(2)));
        });

        foreach (int part in parts.ToArray())
        {
            parts.UnionWith(ContentParts(part));
        }

        return ([.. parts.Select(Part)], sums);
    }

    private List<RepositorySnapshot> Snapshots(IEnumerable<(long Repository, int Snapshot)> snapshots)
    {
        List<RepositorySnapshot> found = [];
        ReadSnapshots(
            "SELECT r.name, s.commit_id FROM snapshots s JOIN repositories r ON r.id = s.repository WHERE s.repository = $r AND s.number = $n", snapshots,
            (key, reader) => found.Add(new RepositorySnapshot(key.Repository, reader.GetString(0), key.Snapshot, reader.IsDBNull(1) ? null : reader.GetString(1))));
        return found;
    }

    // The row of each of these snapshots, which are all there.
    private void ReadSnapshots(
        string sql, IEnumerable<(long Repository, int Snapshot)> snapshots, Action<(long Repository, int Snapshot), DbDataReader> read)
    {
        using DbCommand command = Command(sql, ("$r", 0L), ("$n", 0));
        foreach ((long Repository, int Snapshot) key in snapshots)
        {
            command.Parameters[0].Value = key.Repository;
            command.Parameters[1].Value = key.Snapshot;
            using DbDataReader reader = command.ExecuteReader();
            reader.Read();
            read(key, reader);
        }
    }

    // Snapshots with what the catalog says of them, a page at a time in memory.
    private sealed class SnapshotList(Catalog catalog, IReadOnlyList<(long Repository, int Snapshot)> snapshots) : IReadOnlyList<RepositorySnapshot>
    {
        public int Count => snapshots.Count;

        public RepositorySnapshot this[int index] => catalog.Do(() => catalog.Snapshots([snapshots[index]]))[0];

        public IEnumerator<RepositorySnapshot> GetEnumerator() =>
            snapshots.Chunk(PageRows).SelectMany(page => catalog.Do(() => catalog.Snapshots(page))).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    // Whether a commit whose answer was lost has happened. The writer's are counted, and nobody else counts while it has its epoch.
    private bool IsCommitted(RawPart? part) => _writerEpoch is { } epoch
        ? Number("SELECT commits FROM writers WHERE name = $n AND epoch = $e", ("$n", RawWriter), ("$e", epoch)) == _writerCommits + 1
        : part is not null
            ? Scalar("SELECT files_sha256 FROM parts WHERE number = $n", ("$n", part.Number)) as string == part.FilesSha256
            : throw new ConnectionLostException("the connection broke during a commit, and it is not known whether it happened");

    private void Add(List<SnapshotShare> shares, int? part)
    {
        _database.ExecuteMany(
            "INSERT INTO repositories VALUES ($i, $n, $s) ON CONFLICT (id) DO NOTHING", ["$i", "$n", "$s"],
            shares.Select(share => new object?[] { share.Facts.Id, share.Facts.Name, share.Facts.Source }));
        Dictionary<(long, int), string> known = [];
        _database.ReadMany(
            "SELECT repository, number, counts FROM snapshots WHERE repository {0}", shares.Select(share => share.Facts.Id),
            reader => known[(reader.GetInt64(0), reader.GetInt32(1))] = reader.GetString(2));
        List<object?[]> rows = [];
        foreach (SnapshotShare share in shares)
        {
            RepositoryFacts facts = share.Facts;
            int? partWithRows = share.Rows > 0 ? part : null;
            var counts = new SortedDictionary<string, long>(share.Counts, StringComparer.Ordinal);
            if (known.TryGetValue((facts.Id, facts.Snapshot), out string? before))
            {
                AddCounts(counts, ReadCounts(before));
            }

            rows.Add(
            [
                facts.Id, facts.Snapshot, share.Signature, facts.Commit, partWithRows, share.Rows, share.IsComplete ? 1 : 0,
                JsonSerializer.Serialize(counts), JsonSerializer.Serialize(facts),
            ]);
        }

        _database.ExecuteMany(
            """
            INSERT INTO snapshots (repository, number, signature, commit_id, first_part, last_part, rows, complete, counts, facts)
            VALUES ($r, $n, $s, $c, $p, $p, $w, $d, $t, $f)
            ON CONFLICT (repository, number) DO UPDATE SET
              first_part = COALESCE(snapshots.first_part, excluded.first_part), last_part = COALESCE(excluded.last_part, snapshots.last_part),
              rows = snapshots.rows + excluded.rows, complete = excluded.complete, counts = excluded.counts
            """,
            ["$r", "$n", "$s", "$c", "$p", "$w", "$d", "$t", "$f"], rows);
    }

    private RawPart Part(int number) => Read(
        "SELECT files_sha256, blobs_sha256, occurrences, blobs, bytes FROM parts WHERE number = $n",
        reader => new RawPart(number, reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)),
        ("$n", number)).FirstOrDefault()
        ?? throw new DataForgeException($"the catalog does not know raw part {number}: it is damaged; crawl into another --workspace.");

    private List<int> ContentParts(int part) => Read(
        "SELECT content_part FROM part_contents WHERE part = $p", static reader => reader.GetInt32(0), ("$p", part));

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
