using System.Data.Common;
using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Counts;

namespace DataForge.Crawler.Storage;

/// <summary>One crawl of one repository, as far as it is committed.</summary>
/// <param name="Repository">The repository's id.</param>
/// <param name="Number">The snapshot's number, from 1.</param>
/// <param name="Rows">Its rows in committed parts.</param>
/// <param name="IsComplete">Whether these are all its rows.</param>
internal sealed record SnapshotState(long Repository, int Number, long Rows, bool IsComplete);

/// <summary>The rows of one snapshot in one part.</summary>
/// <param name="Facts">The repository, with the snapshot's number.</param>
/// <param name="Signature">The snapshot's signature.</param>
/// <param name="Rows">Its rows in this part.</param>
/// <param name="IsComplete">Whether the snapshot's last row is among them.</param>
/// <param name="Counts">Counts of these rows.</param>
internal sealed record SnapshotShare(
    RepositoryFacts Facts, string Signature, long Rows, bool IsComplete, CountTable Counts);

/// <summary>Snapshots of repositories (tables <c>repositories</c>, <c>snapshots</c>).</summary>
internal sealed class SnapshotStore(CatalogConnection connection)
{
    /// <summary>The latest snapshot of a repository with this signature, or null.</summary>
    public SnapshotState? Find(long repository, string signature) => connection.Run(session => session.Read(
        "SELECT number, rows, complete FROM snapshots WHERE repository = $r AND signature = $s ORDER BY number DESC LIMIT 1",
        reader => new SnapshotState(repository, reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2) != 0),
        ("$r", repository), ("$s", signature))).FirstOrDefault();

    /// <summary>The number of a repository's latest snapshot; 0 if it has none.</summary>
    public int LatestNumber(long repository) => connection.Run(session => (int)session.Integer(
        "SELECT COALESCE(MAX(number), 0) FROM snapshots WHERE repository = $r", ("$r", repository)));

    /// <summary>
    /// The facts of a repository on the day of a snapshot; null if there is no such snapshot, or it is older than the column.
    /// </summary>
    public RepositoryFacts? FindFacts(long repository, int snapshot)
    {
        object? facts = connection.Run(session => session.Scalar(
            "SELECT facts FROM snapshots WHERE repository = $r AND number = $n", ("$r", repository), ("$n", snapshot)));
        return facts is string json ? JsonSerializer.Deserialize<RepositoryFacts>(json) : null;
    }

    /// <summary>Adds the rows of snapshots that a part holds, or the snapshots of a commit without a part (null).</summary>
    internal static void Add(CatalogTransaction transaction, List<SnapshotShare> shares, int? part)
    {
        transaction.Database.ExecuteMany(
            "INSERT INTO repositories VALUES ($i, $n, $s) ON CONFLICT (id) DO NOTHING", ["$i", "$n", "$s"],
            shares.Select(share => new object?[] { share.Facts.Id, share.Facts.Name, share.Facts.Source }));
        Dictionary<(long, int), string> known = [];
        transaction.Database.ReadMany(
            "SELECT repository, number, counts FROM snapshots WHERE repository {0}", shares.Select(share => share.Facts.Id),
            reader => known[(reader.GetInt64(0), reader.GetInt32(1))] = reader.GetString(2));
        transaction.Database.ExecuteMany(
            """
            INSERT INTO snapshots (repository, number, signature, commit_id, first_part, last_part, rows, complete, counts, facts)
            VALUES ($r, $n, $s, $c, $p, $p, $w, $d, $t, $f)
            ON CONFLICT (repository, number) DO UPDATE SET
              first_part = COALESCE(snapshots.first_part, excluded.first_part),
              last_part = COALESCE(excluded.last_part, snapshots.last_part),
              rows = snapshots.rows + excluded.rows, complete = excluded.complete, counts = excluded.counts
            """,
            ["$r", "$n", "$s", "$c", "$p", "$w", "$d", "$t", "$f"],
            [.. shares.Select(share => Row(share, part, known.GetValueOrDefault((share.Facts.Id, share.Facts.Snapshot))))]);
    }

    /// <summary>Reads a row for each of these snapshots, all of which exist.</summary>
    /// <param name="statements">The open session or transaction.</param>
    /// <param name="sql">A query with the parameters <c>$r</c> (repository) and <c>$n</c> (number).</param>
    /// <param name="snapshots">The snapshots.</param>
    /// <param name="read">Called with each snapshot and its row.</param>
    internal static void ReadEach(
        CatalogStatements statements, string sql, IEnumerable<(long Repository, int Snapshot)> snapshots,
        Action<(long Repository, int Snapshot), DbDataReader> read)
    {
        using DbCommand command = statements.Database.Command(sql, ("$r", 0L), ("$n", 0));
        foreach ((long Repository, int Snapshot) key in snapshots)
        {
            command.Parameters[0].Value = key.Repository;
            command.Parameters[1].Value = key.Snapshot;
            using DbDataReader reader = command.ExecuteReader();
            reader.Read();
            read(key, reader);
        }
    }

    // The counts of a snapshot are those of all its parts.
    private static object?[] Row(SnapshotShare share, int? part, string? knownCounts)
    {
        RepositoryFacts facts = share.Facts;
        var counts = new CountTable(share.Counts);
        if (knownCounts is not null)
        {
            counts.Add(CountTable.FromJson(knownCounts));
        }

        return
        [
            facts.Id, facts.Snapshot, share.Signature, facts.Commit, share.Rows > 0 ? part : null, share.Rows, share.IsComplete ? 1 : 0,
            counts.ToJson(), JsonSerializer.Serialize(facts),
        ];
    }
}
