using DataForge.Corpus;
using DataForge.Parquet;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Pretrain.Removal;

/// <summary>A file of the dataset as it was, and what becomes of its document.</summary>
internal sealed class DocumentChange
{
    /// <summary>Whether its repository was held out.</summary>
    public required bool WasHeldOut { get; init; }

    /// <summary>Its number among the shard's documents of that split.</summary>
    public required int Document { get; init; }

    /// <summary>Whether its row in the dataset is another now, or gone.</summary>
    public bool IsChanged { get; set; }

    /// <summary>Whether the file is gone.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>Whether the repository it is attributed to now is held out.</summary>
    public bool IsHeldOut { get; set; }

    /// <summary>Stars of that repository; −1 where it is the one it was.</summary>
    public int Stars { get; set; } = -1;

    /// <summary>Its tokens where it moves to the other split; else null.</summary>
    public ushort[]? Tokens { get; set; }

    /// <summary>Whether training shards change.</summary>
    public bool ChangesTraining => IsChanged && (!WasHeldOut || (!IsRemoved && !IsHeldOut));

    /// <summary>Whether the validation shard changes.</summary>
    public bool ChangesValidation => IsChanged && (WasHeldOut || (!IsRemoved && IsHeldOut));
}

/// <summary>A shard of the dataset, old and new, side by side.</summary>
internal sealed class ShardComparison
{
    private readonly string _path;

    private ShardComparison(string path) => _path = path;

    /// <summary>Its files as they were, in order.</summary>
    public List<DocumentChange> Rows { get; } = [];

    /// <summary>Whether there is a new version.</summary>
    public bool IsRewritten { get; private init; }

    /// <summary>The number of its first held-out document among those of all shards.</summary>
    public int FirstHeldOut { get; set; }

    /// <summary>Reads a shard. Names of repositories that are trained on are added to <paramref name="trained"/>.</summary>
    public static ShardComparison Read(RunRewrite run, string path, HashSet<string> heldOut, HashSet<string> trained)
    {
        ShardComparison shard = new ShardComparison(path) { IsRewritten = run.IsRewritten(path) };
        var now = new Dictionary<BlobId, (string Repository, int Stars)>();
        ForEach(run.Current(path), (id, repository, stars) =>
        {
            if (shard.IsRewritten)
            {
                now[id] = (repository, stars);
            }

            if (!heldOut.Contains(repository))
            {
                trained.Add(repository);
            }
        });
        int training = 0;
        int validation = 0;
        ForEach(run.Run.PathOf(path), (id, repository, stars) =>
        {
            bool was = heldOut.Contains(repository);
            DocumentChange row = new DocumentChange { WasHeldOut = was, Document = was ? validation++ : training++, IsHeldOut = was };
            if (shard.IsRewritten)
            {
                row.IsRemoved = !now.TryGetValue(id, out (string Repository, int Stars) known);
                row.IsChanged = row.IsRemoved || known.Repository != repository;
                if (row is { IsChanged: true, IsRemoved: false })
                {
                    (row.IsHeldOut, row.Stars) = (heldOut.Contains(known.Repository), known.Stars);
                }
            }

            shard.Rows.Add(row);
        });
        return shard;
    }

    /// <summary>Calls <paramref name="take"/> with each changed file's text, as it was, and its content id.</summary>
    public void ReadTexts(RunRewrite run, ChangedTextHandler take)
    {
        using var reader = new CorpusShard.Reader(run.Run.PathOf(_path));
        int first = 0;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using CorpusShard.Rows rows = reader.ReadRowGroup(group, "content", "content_id");
            BinaryColumn keys = rows.Columns.Binary("content_id");
            for (int row = 0; row < rows.Count; row++)
            {
                if (Rows[first + row].IsChanged)
                {
                    take(Rows[first + row], rows.Text(row), keys.GetString(row));
                }
            }

            first += rows.Count;
        }
    }

    private static void ForEach(string path, Action<BlobId, string, int> take)
    {
        using var reader = new CorpusShard.Reader(path);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using CorpusShard.Rows rows = reader.ReadRowGroup(group, "blob_id", "repo_name", "star_events_count");
            BinaryColumn names = rows.Columns.Binary("repo_name");
            Int32Column stars = rows.Columns.Int32("star_events_count");
            for (int row = 0; row < rows.Count; row++)
            {
                take(rows.Id(row), names.GetString(row), stars.IsNull(row) ? 0 : Math.Max(0, stars[row]));
            }
        }
    }

    /// <summary>Takes a file's text.</summary>
    public delegate void ChangedTextHandler(DocumentChange row, ReadOnlySpan<byte> text, string key);
}
