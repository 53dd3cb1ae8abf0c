using System.Data.Common;
using DataForge.Corpus;

namespace DataForge.Crawler.Storage;

/// <summary>
/// The ids of all contents (tables <c>contents</c>, <c>contents_recent</c>). Ids are random, so a row inserted directly into a large
/// B-tree changes a page of its own: at a million rows, 4 KiB are written twice for the row's 33 bytes, and a row costs 7 times what it
/// costs at ten thousand. So new rows go to a small table, <c>contents_recent</c>. It is merged into the large one in the order of the
/// ids when it has grown to a share of it (<see cref="CatalogDatabase.MergeShare"/>). With a share of a quarter a merge puts about twenty
/// rows on each page it writes (a leaf holds about 85), and a row is rewritten about four times in all: a cost per row that does not
/// depend on the number of rows. Measured with SQLite (<c>bench catalog</c>), processor time per row: 1.9 µs up to ten thousand rows,
/// 3.6 µs up to a million.
/// </summary>
internal sealed class ContentStore(CatalogConnection connection) : IDisposable
{
    private const string FindSql =
        "SELECT part, size FROM contents WHERE id = $id UNION ALL SELECT part, size FROM contents_recent WHERE id = $id";

    private const string FindManySql =
        "SELECT id, part, size FROM contents WHERE id {0} UNION ALL SELECT id, part, size FROM contents_recent WHERE id {0}";

    // Bounds on the rows of the small table at a merge. 8,192 rows are 270 KB, about 70 pages, which any cache holds: merging fewer saves
    // nothing. 2^20 rows are 35 MB, which the page cache still holds (cache_size in SqliteDatabase: 64 MiB).
    private const long MinMergeRows = 1 << 13;
    private const long MaxMergeRows = 1 << 20;

    // Names of counters in the table tallies.
    private const string LargeTable = "contents";
    private const string SmallTable = "contents_recent";

    private DbCommand? _find;

    /// <summary>The part that stores a content, and its size in bytes; both −1 where it is not stored.</summary>
    public (int Part, long Size) Find(BlobId id) => connection.Run(session =>
    {
        DbCommand find = PreparedFind(session);
        find.Parameters[0].Value = Bytes(id);
        using DbDataReader reader = find.ExecuteReader();
        return reader.Read() ? (reader.GetInt32(0), reader.GetInt64(1)) : (-1, -1);
    });

    /// <summary>
    /// Which of these contents are stored, with their parts and sizes in bytes. One query for many ids saves a round trip to the server
    /// for each.
    /// </summary>
    public Dictionary<BlobId, (int Part, long Size)> FindMany(IEnumerable<BlobId> ids) => connection.Run(session =>
    {
        Dictionary<BlobId, (int, long)> found = [];
        session.Database.ReadMany(
            FindManySql, ids.Select(Bytes),
            reader => found[new BlobId(reader.GetFieldValue<byte[]>(0))] = (reader.GetInt32(1), reader.GetInt64(2)));
        return found;
    });

    /// <summary>Merges the small table into the table <c>contents</c>, for callers that use its rows by their own SQL.</summary>
    public void Merge() => connection.Run(session => Merge(session));

    /// <summary>Merges the small table where it has grown to its share of the large one.</summary>
    public void MergeWhenDue() => connection.Run(session =>
    {
        long all = session.Integer("SELECT value FROM tallies WHERE name = $n", ("$n", LargeTable));
        long recent = session.Integer("SELECT value FROM tallies WHERE name = $n", ("$n", SmallTable));
        if (recent >= Math.Clamp(all / session.Database.MergeShare, MinMergeRows, MaxMergeRows))
        {
            Merge(session);
        }
    });

    /// <inheritdoc/>
    public void Dispose() => _find?.Dispose();

    /// <summary>Adds contents of a part; none of them may be stored already.</summary>
    internal static void Add(CatalogTransaction transaction, int part, IEnumerable<(BlobId Id, int Size)> contents)
    {
        (BlobId Id, int Size)[] sorted = [.. contents];
        if (sorted.Length == 0)
        {
            return;
        }

        AddToCounter(transaction, SmallTable, sorted.Length);
        Array.Sort(sorted, static (left, right) => left.Id.CompareTo(right.Id));
        transaction.Database.ExecuteMany(
            "INSERT INTO contents_recent (id, part, size) VALUES ($i, $p, $s)", ["$i", "$p", "$s"],
            sorted.Select(content => new object?[] { Bytes(content.Id), part, content.Size }));
    }

    /// <summary>Removes contents; those of the small table must have been merged before.</summary>
    internal static void Remove(CatalogTransaction transaction, IEnumerable<BlobId> contents)
    {
        long removed = 0;
        foreach (BlobId id in contents)
        {
            removed += transaction.Execute("DELETE FROM contents WHERE id = $i", ("$i", Bytes(id)));
        }

        AddToCounter(transaction, LargeTable, -removed);
    }

    // Not durable: if a power cut undoes the merge, the rows are in the small table as before.
    private static void Merge(CatalogSession session) => session.InTransaction(isDurable: false, transaction =>
    {
        ResetCounter(transaction, SmallTable);
        int rows = transaction.Execute(
            "INSERT INTO contents (id, part, size) SELECT id, part, size FROM contents_recent ORDER BY id");
        transaction.Execute(transaction.Database.Clear(SmallTable));
        AddToCounter(transaction, LargeTable, rows);
    });

    // A transaction that changes the small table updates its counter first: the lock on that row excludes a merge and an addition at once.
    private static void AddToCounter(CatalogTransaction transaction, string name, long rows) =>
        transaction.Execute("UPDATE tallies SET value = value + $r WHERE name = $n", ("$r", rows), ("$n", name));

    private static void ResetCounter(CatalogTransaction transaction, string name) =>
        transaction.Execute("UPDATE tallies SET value = 0 WHERE name = $n", ("$n", name));

    // One command object per connection: this query runs once for each file of a crawl.
    private DbCommand PreparedFind(CatalogSession session)
    {
        session.Database.CheckOpen();
        if (_find is null || _find.Connection != session.Database.Connection)
        {
            _find?.Dispose();
            _find = session.Database.Command(FindSql, ("$id", Array.Empty<byte>()));
        }

        return _find;
    }

    private static byte[] Bytes(BlobId id)
    {
        byte[] bytes = new byte[BlobId.Size];
        id.CopyTo(bytes);
        return bytes;
    }
}
