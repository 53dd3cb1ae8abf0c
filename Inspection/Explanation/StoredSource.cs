using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Inspection.Explanation;

/// <summary>Finds the source bytes of a content in the workspace.</summary>
internal static class StoredSource
{
    /// <summary>Calls <paramref name="use"/> with the source bytes of a content; false if the workspace no longer has them.</summary>
    /// <param name="run">The run.</param>
    /// <param name="id">The content.</param>
    /// <param name="part">The raw part that stores the content.</param>
    /// <param name="use">Takes the bytes.</param>
    public static bool Use(Run run, BlobId id, int part, SourceAction use)
    {
        string path = run.Workspace.RawBlobsPart(part);
        if (part < 0 || !File.Exists(path))
        {
            return false;
        }

        using var shard = new RawBlobsShard.Reader(path);
        for (int group = 0; group < shard.RowGroupCount; group++)
        {
            if (shard.Find(group, id) is >= 0 and int row)
            {
                using RawBlobsShard.Rows rows = shard.ReadRowGroup(group);
                use(rows.Content(row));
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes source bytes.</summary>
    public delegate void SourceAction(ReadOnlySpan<byte> source);
}
