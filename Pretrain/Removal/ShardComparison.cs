using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Parquet;
using DataForge.Pretrain.Stages;

namespace DataForge.Pretrain.Removal;

/// <summary>A file of the dataset before the removal, and what happens to its document.</summary>
internal sealed class DocumentChange
{
    /// <summary>Whether its repository was held out.</summary>
    public required bool WasHeldOut { get; init; }

    /// <summary>Its number among the shard's documents of that split, from 0.</summary>
    public required int Document { get; init; }

    /// <summary>Whether its row in the dataset has changed or was removed.</summary>
    public bool IsChanged { get; set; }

    /// <summary>Whether the file was removed.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>Whether the repository it is attributed to now is held out.</summary>
    public bool IsHeldOut { get; set; }

    /// <summary>Stars of the repository it is attributed to now; −1 where the attribution has not changed.</summary>
    public int Stars { get; set; } = -1;

    /// <summary>Its tokens where it moves to the other split; else null.</summary>
    public ushort[]? Tokens { get; set; }

    /// <summary>Whether training shards change.</summary>
    public bool ChangesTraining => IsChanged && (!WasHeldOut || (!IsRemoved && !IsHeldOut));

    /// <summary>Whether the validation shard changes.</summary>
    public bool ChangesValidation => IsChanged && (WasHeldOut || (!IsRemoved && IsHeldOut));
}

/// <summary>A shard of the dataset before and after the removal, file by file.</summary>
internal sealed class ShardComparison
{
    private readonly string _path;

    private ShardComparison(string path) => _path = path;

    /// <summary>Receives a changed file's text before the removal.</summary>
    /// <param name="change">The change.</param>
    /// <param name="text">The text in UTF-8; valid during the call.</param>
    /// <param name="key">The content id.</param>
    public delegate void ChangedTextHandler(DocumentChange change, ReadOnlySpan<byte> text, string key);

    /// <summary>The files before the removal, in order.</summary>
    public List<DocumentChange> Changes { get; } = [];

    /// <summary>Whether the removal has rewritten the shard.</summary>
    public bool IsRewritten { get; private init; }

    /// <summary>The number of its first held-out document among those of all shards.</summary>
    public int FirstHeldOut { get; set; }

    /// <summary>Compares a shard before and after the removal.</summary>
    /// <param name="run">The run.</param>
    /// <param name="path">The shard, relative to the run's folder.</param>
    /// <param name="heldOut">The repositories that are held out.</param>
    /// <param name="trained">Receives the names of the repositories that are trained on after the removal.</param>
    public static ShardComparison Read(RunRewrite run, string path, HeldOutRepositories heldOut, HashSet<string> trained)
    {
        var shard = new ShardComparison(path) { IsRewritten = run.IsRewritten(path) };
        var after = new Dictionary<BlobId, (string Repository, int Stars)>();
        ForEach(run.Current(path), (id, repository, stars) =>
        {
            if (shard.IsRewritten)
            {
                after[id] = (repository, stars);
            }

            if (!heldOut.Contains(repository))
            {
                trained.Add(repository);
            }
        });
        int training = 0;
        int validation = 0;
        ForEach(run.Run.PathOf(path), (id, repository, _) =>
        {
            bool wasHeldOut = heldOut.Contains(repository);
            var change = new DocumentChange
            {
                WasHeldOut = wasHeldOut, Document = wasHeldOut ? validation++ : training++, IsHeldOut = wasHeldOut,
            };
            if (shard.IsRewritten)
            {
                change.IsRemoved = !after.TryGetValue(id, out (string Repository, int Stars) current);
                change.IsChanged = change.IsRemoved || current.Repository != repository;
                if (change is { IsChanged: true, IsRemoved: false })
                {
                    (change.IsHeldOut, change.Stars) = (heldOut.Contains(current.Repository), current.Stars);
                }
            }

            shard.Changes.Add(change);
        });
        return shard;
    }

    /// <summary>Calls <paramref name="handle"/> with each changed file.</summary>
    public void ReadChangedTexts(RunRewrite run, ChangedTextHandler handle)
    {
        using var reader = new CorpusShard.Reader(run.Run.PathOf(_path));
        int first = 0;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using CorpusShard.Rows rows = reader.ReadRowGroup(group, Column.Content, Column.ContentId);
            BinaryColumn keys = rows.Get(Column.ContentId);
            for (int row = 0; row < rows.Count; row++)
            {
                if (Changes[first + row].IsChanged)
                {
                    handle(Changes[first + row], rows.Text(row), keys.GetString(row));
                }
            }

            first += rows.Count;
        }
    }

    private static void ForEach(string path, Action<BlobId, string, int> handle)
    {
        using var reader = new CorpusShard.Reader(path);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using CorpusShard.Rows rows = reader.ReadRowGroup(group, Column.BlobId, Column.RepositoryName, Column.Stars);
            BinaryColumn names = rows.Get(Column.RepositoryName);
            Int32Column stars = rows.Get(Column.Stars);
            for (int row = 0; row < rows.Count; row++)
            {
                handle(rows.Id(row), names.GetString(row), stars.IsNull(row) ? 0 : Math.Max(0, stars[row]));
            }
        }
    }
}
