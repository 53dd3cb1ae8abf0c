using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Inspection.Explanation;

/// <summary>Makes a <see cref="StoryIndex"/>. Memory: 16 bytes a key, about 70 an occurrence; disk: about 500 bytes an occurrence.</summary>
internal sealed class StoryIndexBuilder
{
    private readonly Run _run;
    private readonly BinaryWriter _to;
    private readonly List<(ulong Key, long Offset)> _keys = [];

    private StoryIndexBuilder(Run run, BinaryWriter to) => (_run, _to) = (run, to);

    /// <summary>Writes the index of a run.</summary>
    public static void Build(Run run, string path, byte[] stamp)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var file = new FileStream(AtomicFile.TemporaryName(path), FileMode.Create, FileAccess.Write, FileShare.None, 1 << 18))
        using (var to = new BinaryWriter(file, Encoding.UTF8))
        {
            to.Write(new byte[StoryIndex.HeaderLength]);
            var builder = new StoryIndexBuilder(run, to);
            builder.AddOccurrences();
            builder.AddDropped("clean");
            builder.AddClean();
            builder.AddDropped("dedup");
            builder.AddDataset();
            builder.Finish(stamp);
        }

        AtomicFile.Commit(path);
    }

    private void AddOccurrences()
    {
        RunInput input = _run.ReadInput();
        Dictionary<long, int> pinned = input.Repositories.ToDictionary(repository => repository.Id, repository => repository.Snapshot);
        foreach (RawPart part in input.Parts)
        {
            foreach (Occurrence row in RawFilesShard.Read(_run.Workspace.RawFilesPart(part.Number)))
            {
                RepositoryFacts repository = row.Repository;
                if (pinned.TryGetValue(repository.Id, out int snapshot) && snapshot == repository.Snapshot)
                {
                    var found = new FoundRecord(
                        repository.Name, repository.Source, repository.Commit ?? "", row.Path, row.Size, row.Kind, repository.Snapshot, row.BlobPart, row.Fault ?? "") { BlobId = row.BlobId };
                    Add(found, $"{repository.Name} {row.Path}");
                }
            }
        }
    }

    private void AddDropped(string stage)
    {
        foreach (ManifestOutput shard in Outputs(stage, "dropped/"))
        {
            foreach (DroppedFile row in DroppedShard.Read(_run.PathOf(shard.Path)))
            {
                var left = new LeftRecord(
                    stage, row.Level, row.Rule, row.Value, row.Threshold, row.Repository, row.Path, row.Copies, row.Twin, row.Jaccard ?? 0) { BlobId = row.BlobId };
                Add(left, row.Level == DropLevel.Occurrence ? $"{row.Repository} {row.Path}" : null);
            }
        }
    }

    private void AddClean()
    {
        foreach (ManifestOutput shard in Outputs("clean", "2-clean/part-"))
        {
            long row = 0;
            using var reader = new CorpusShard.Reader(_run.PathOf(shard.Path));
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = reader.ReadWithoutText(group);
                for (int i = 0; i < rows.Count; i++)
                {
                    Add(PassedRecord.Of(shard.Path, row++, rows.File(i)), null);
                }
            }
        }
    }

    private void AddDataset()
    {
        using var tokens = new TokenPlaces(_run);
        int number = 0;
        foreach (ManifestOutput shard in Outputs("dedup", "3-dataset/data/"))
        {
            long row = 0;
            using var reader = new CorpusShard.Reader(_run.PathOf(shard.Path));
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = reader.ReadRowGroup(group, "blob_id", "repo_name");
                DataForge.Parquet.BinaryColumn names = rows.Columns.Binary("repo_name");
                for (int i = 0; i < rows.Count; i++)
                {
                    (string file, int document, long first, int count) = tokens.Next(number, names.GetString(i));
                    Add(new KeptRecord(shard.Path, row++, file, document, first, count) { BlobId = rows.Id(i) }, null);
                }
            }

            number++;
        }
    }

    private void Add(StoryRecord record, string? place)
    {
        long offset = _to.BaseStream.Position;
        record.Write(_to);
        if (record.BlobId is { } id)
        {
            _keys.Add((StoryIndex.KeyOf(id), offset));
        }

        if (place is not null)
        {
            _keys.Add((StoryIndex.KeyOf(place), offset));
        }
    }

    private void Finish(byte[] stamp)
    {
        long keys = _to.BaseStream.Position;
        _keys.Sort();
        foreach ((ulong key, long offset) in _keys)
        {
            _to.Write(key);
            _to.Write(offset);
        }

        _to.Seek(0, SeekOrigin.Begin);
        _to.Write(StoryIndex.Magic);
        _to.Write(stamp);
        _to.Write(keys);
        _to.Write((long)_keys.Count);
    }

    private IEnumerable<ManifestOutput> Outputs(string stage, string folder) => _run.Manifest.Entries(stage).SelectMany(entry => entry.Outputs)
        .Where(output => output.Path.StartsWith(folder, StringComparison.Ordinal) && output.Path.EndsWith(".parquet", StringComparison.Ordinal))
        .OrderBy(output => output.Path, StringComparer.Ordinal);
}
