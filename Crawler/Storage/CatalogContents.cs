using System.Data.Common;
using DataForge.Corpus;

namespace DataForge.Crawler.Storage;

/// <summary>
/// The ids of all contents. Ids are random, so a row that goes straight into a large B-tree changes a page of its own: at a million rows,
/// 4 KiB are written twice for its 33 bytes, and a row costs 7 times what it costs at ten thousand. So new rows go to a small table
/// (<c>contents_recent</c>), which is merged into the large one, in the order of the ids, once it holds a share of it
/// (<see cref="CatalogDatabase.MergeShare"/>). With a quarter a merge puts about twenty rows on each page it writes (a leaf holds about
/// 85), and a row is rewritten about four times in all: a cost of the row that does not depend on how many there are. Measured with
/// SQLite, processor time a row: 1.9 µs up to ten thousand, 3.6 µs up to a million.
/// </summary>
internal sealed partial class Catalog
{
    private const string FindContentSql =
        "SELECT part, size FROM contents WHERE id = $id UNION ALL SELECT part, size FROM contents_recent WHERE id = $id";

    // The small table is merged when it has that share of the large one's rows, and at least 8,192. At most 2^20: 35 MB, in memory.
    private const long LeastMerge = 1 << 13;
    private const long MostMerge = 1 << 20;

    /// <summary>The part that stores a content, and its bytes; both −1 where none does.</summary>
    public (int Part, long Size) FindContent(BlobId id) => Do(() =>
    {
        _database.CheckOpen();
        _findContent.Parameters[0].Value = Bytes(id);
        using DbDataReader reader = _findContent.ExecuteReader();
        return reader.Read() ? (reader.GetInt32(0), reader.GetInt64(1)) : (-1, -1);
    });

    /// <summary>Which of these contents are stored, with their parts and bytes: one question, where each alone would be a journey to the server.</summary>
    public Dictionary<BlobId, (int Part, long Size)> FindContents(IEnumerable<BlobId> ids) => Do(() =>
    {
        Dictionary<BlobId, (int, long)> found = [];
        _database.ReadMany(
            "SELECT id, part, size FROM contents WHERE id {0} UNION ALL SELECT id, part, size FROM contents_recent WHERE id {0}",
            ids.Select(Bytes),
            reader => found[new BlobId(reader.GetFieldValue<byte[]>(0))] = (reader.GetInt32(1), reader.GetInt64(2)));
        return found;
    });

    /// <summary>Brings all contents into the table <c>contents</c>; for those who change it by their own SQL.</summary>
    public void MergeContents() => Change(isDurable: false, () =>
    {
        // Not durable: should a power cut undo it, the rows stand where they stood before.
        AddToTally("contents_recent", null);
        int rows = Execute("INSERT INTO contents (id, part, size) SELECT id, part, size FROM contents_recent ORDER BY id");
        Execute(_database.Clear("contents_recent"));
        AddToTally("contents", rows);
    });

    private void MergeContentsWhenDue()
    {
        long all = Number("SELECT value FROM tallies WHERE name = 'contents'");
        if (Number("SELECT value FROM tallies WHERE name = 'contents_recent'") >= Math.Clamp(all / _database.MergeShare, LeastMerge, MostMerge))
        {
            MergeContents();
        }
    }

    private void AddContents(int part, IEnumerable<(BlobId Id, int Size)> contents)
    {
        (BlobId Id, int Size)[] sorted = [.. contents];
        if (sorted.Length == 0)
        {
            return;
        }

        AddToTally("contents_recent", sorted.Length);
        Array.Sort(sorted, static (left, right) => left.Id.CompareTo(right.Id));
        _database.ExecuteMany(
            "INSERT INTO contents_recent (id, part, size) VALUES ($i, $p, $s)", ["$i", "$p", "$s"],
            sorted.Select(content => new object?[] { Bytes(content.Id), part, content.Size }));
    }

    // Comes first in a transaction that changes the small table: the row's lock keeps a merge and an addition apart. Null: begins anew at 0.
    private void AddToTally(string name, long? rows) => Execute(
        rows is null ? "UPDATE tallies SET value = 0 WHERE name = $n" : "UPDATE tallies SET value = value + $r WHERE name = $n",
        rows is null ? [("$n", name)] : [("$r", rows), ("$n", name)]);

    private static byte[] Bytes(BlobId id)
    {
        byte[] bytes = new byte[BlobId.Size];
        id.CopyTo(bytes);
        return bytes;
    }
}
