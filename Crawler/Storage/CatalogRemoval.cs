using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Crawler.Storage;

/// <summary>How the catalog forgets: what it says of repositories and contents that were removed from <c>raw/</c>.</summary>
internal sealed partial class Catalog
{
    /// <summary>All repositories that the catalog names, crawled or only found, in order of their numbers; one that was renamed with each of its names.</summary>
    public List<(long Id, string Name)> Repositories() => Read(
        "SELECT id, name FROM repositories UNION SELECT repository, name FROM members UNION SELECT repository, name FROM repository_states ORDER BY 1, 2",
        static reader => (reader.GetInt64(0), reader.GetString(1)));

    /// <summary>All names given by location, in ordinal order.</summary>
    public List<(string Kind, string Location, string Name)> Locations() => Read(
        "SELECT kind, location, name FROM locations ORDER BY name",
        static reader => (reader.GetString(0), reader.GetString(1), reader.GetString(2)));

    /// <summary>Forgets repositories, names, contents, and states the parts that were rewritten: all or nothing, the same when done again.</summary>
    public void Remove(
        IReadOnlyCollection<long> repositories, IEnumerable<string> names, IEnumerable<BlobId> contents, IEnumerable<RewrittenPart> parts)
    {
        MergeContents();
        Change(isDurable: true, () =>
        {
            foreach (long repository in repositories)
            {
                // A whole source that held it is scanned again, so that the crawl can say what it leaves out.
                Execute("DELETE FROM sources WHERE key IN (SELECT source FROM source_snapshots WHERE repository = $r)", ("$r", repository));
                Execute("DELETE FROM source_snapshots WHERE source NOT IN (SELECT key FROM sources)");
                Execute("DELETE FROM snapshots WHERE repository = $r", ("$r", repository));
                Execute("DELETE FROM repositories WHERE id = $r", ("$r", repository));
                Execute("DELETE FROM members WHERE repository = $r", ("$r", repository));
                Execute("DELETE FROM repository_states WHERE repository = $r", ("$r", repository));
                Execute("DELETE FROM work WHERE repository = $r", ("$r", repository));
            }

            foreach (string name in names)
            {
                Execute("DELETE FROM locations WHERE name = $n", ("$n", name));
            }

            RemoveContents(contents);
            foreach (RewrittenPart rewritten in parts)
            {
                RawPart part = rewritten.Part;
                Execute(
                    "UPDATE parts SET files_sha256 = $f, blobs_sha256 = $b, occurrences = $o, blobs = $c, bytes = $s WHERE number = $n",
                    ("$n", part.Number), ("$f", part.FilesSha256), ("$b", part.BlobsSha256), ("$o", part.Occurrences), ("$c", part.Blobs), ("$s", part.Bytes));
                Execute("DELETE FROM part_contents WHERE part = $p", ("$p", part.Number));
                foreach (int contentPart in rewritten.ContentParts)
                {
                    Execute("INSERT INTO part_contents VALUES ($p, $c)", ("$p", part.Number), ("$c", contentPart));
                }
            }

            // Answers of the forge name repositories; they are only kept to spare requests.
            Execute("DELETE FROM answers");
        });
        Do(() =>
        {
            _database.Compact();
            return true;
        });
    }

    private void RemoveContents(IEnumerable<BlobId> contents)
    {
        long removed = 0;
        foreach (BlobId id in contents)
        {
            removed += Execute("DELETE FROM contents WHERE id = $i", ("$i", Bytes(id)));
        }

        AddToTally("contents", -removed);
    }
}
