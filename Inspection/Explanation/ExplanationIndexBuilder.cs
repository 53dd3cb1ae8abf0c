using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Parquet;

namespace DataForge.Inspection.Explanation;

/// <summary>Writes an <see cref="ExplanationIndex"/>. Memory: 16 bytes per key, about 70 per occurrence; disk: about 500 bytes per
/// occurrence.</summary>
internal sealed class ExplanationIndexBuilder
{
    private readonly Run _run;
    private readonly BinaryWriter _to;
    private readonly List<(ulong Key, long Offset)> _keys = [];

    private ExplanationIndexBuilder(Run run, BinaryWriter to) => (_run, _to) = (run, to);

    /// <summary>Writes the index of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="path">The index file; an existing one is replaced in one step.</param>
    /// <param name="fingerprint">32 bytes that identify the manifest entries the index is made from.</param>
    public static void Build(Run run, string path, byte[] fingerprint)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = AtomicFile.TemporaryName(path);
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 18))
        using (var to = new BinaryWriter(file, Encoding.UTF8))
        {
            to.Write(new byte[ExplanationIndex.HeaderLength]);
            var builder = new ExplanationIndexBuilder(run, to);
            builder.AddOccurrences();
            builder.AddDropped(StageNames.Clean);
            builder.AddClean();
            builder.AddDropped(StageNames.Dedup);
            builder.AddDataset();
            builder.Finish(fingerprint);
        }

        AtomicFile.Commit(path);
    }

    private void AddOccurrences()
    {
        RunInput input = _run.ReadInput();
        Dictionary<long, int> pinned = input.Repositories.ToDictionary(repository => repository.Id, repository => repository.Snapshot);
        foreach (Occurrence row in input.Parts.SelectMany(part => RawFilesShard.Read(_run.Workspace.RawFilesPart(part.Number))))
        {
            RepositoryFacts repository = row.Repository;
            if (pinned.TryGetValue(repository.Id, out int snapshot) && snapshot == repository.Snapshot)
            {
                var occurrence = new OccurrenceRecord(
                    repository.Name, repository.Source, repository.Commit ?? "", row.Path, row.Size, row.Kind, repository.Snapshot,
                    row.BlobPart, row.Fault ?? "") { BlobId = row.BlobId };
                Add(occurrence, $"{repository.Name} {row.Path}");
            }
        }
    }

    private void AddDropped(string stage)
    {
        foreach (DroppedFile row in Outputs(stage, RunPaths.Dropped + "/").SelectMany(shard => DroppedShard.Read(_run.PathOf(shard.Path))))
        {
            var dropped = new DroppedRecord(
                stage, row.Level, row.Rule, row.Value, row.Threshold, row.Repository, row.Path, row.Copies, row.Twin,
                row.Jaccard ?? 0) { BlobId = row.BlobId };
            Add(dropped, row.Level == DropLevel.Occurrence ? $"{row.Repository} {row.Path}" : null);
        }
    }

    private void AddClean()
    {
        foreach (ManifestOutput shard in Outputs(StageNames.Clean, RunPaths.CleanShards))
        {
            long row = 0;
            using var reader = new CorpusShard.Reader(_run.PathOf(shard.Path));
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = reader.ReadWithoutText(group);
                for (int i = 0; i < rows.Count; i++)
                {
                    Add(CleanRecord.Of(shard.Path, row++, rows.File(i)), null);
                }
            }
        }
    }

    private void AddDataset()
    {
        using var ranges = new TokenRanges(_run);
        foreach ((int number, ManifestOutput shard) in DatasetShards.Of(_run).Index())
        {
            long row = 0;
            using var reader = new CorpusShard.Reader(_run.PathOf(shard.Path));
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = reader.ReadRowGroup(group, Column.BlobId, Column.RepositoryName);
                BinaryColumn names = rows.Get(Column.RepositoryName);
                for (int i = 0; i < rows.Count; i++)
                {
                    TokenRange tokens = ranges.Next(number, names.GetString(i));
                    Add(DatasetRecord.Of(rows.Id(i), shard.Path, row++, tokens), null);
                }
            }
        }
    }

    // Writes a record under the key of its content, and of its occurrence where there is one.
    private void Add(FileRecord record, string? occurrence)
    {
        long offset = _to.BaseStream.Position;
        record.Write(_to);
        if (record.BlobId is { } id)
        {
            _keys.Add((ExplanationIndex.KeyOf(id), offset));
        }

        if (occurrence is not null)
        {
            _keys.Add((ExplanationIndex.KeyOf(occurrence), offset));
        }
    }

    private void Finish(byte[] fingerprint)
    {
        long keysOffset = _to.BaseStream.Position;
        _keys.Sort();
        foreach ((ulong key, long offset) in _keys)
        {
            _to.Write(key);
            _to.Write(offset);
        }

        _to.Seek(0, SeekOrigin.Begin);
        _to.Write(ExplanationIndex.Magic);
        _to.Write(fingerprint);
        _to.Write(keysOffset);
        _to.Write((long)_keys.Count);
    }

    // The tables of a stage whose paths begin so, in the order of their paths.
    private IEnumerable<ManifestOutput> Outputs(string stage, string start) => _run.Manifest.Entries(stage)
        .SelectMany(entry => entry.Outputs)
        .Where(output => output.Path.StartsWith(start, StringComparison.Ordinal))
        .Where(output => output.Path.EndsWith(".parquet", StringComparison.Ordinal))
        .OrderBy(output => output.Path, StringComparer.Ordinal);
}
