using System.Buffers;
using DataForge.Parquet;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Stages;

/// <summary>Encodes a dataset's documents into token shards: row groups side by side, written in their order.</summary>
internal sealed class DatasetEncoder(Run run, BpeVocabulary vocabulary, HeldOutRepositories heldOut, DocumentObjective objective, int workers)
{
    /// <summary>Encodes the training documents of one dataset shard into one token shard.</summary>
    public Task WriteTraining(ManifestOutput shard, string name, PartOutput output, CancellationToken cancellation)
    {
        Write([shard], name, validation: false, output, cancellation);
        return Task.CompletedTask;
    }

    /// <summary>Encodes the held-out documents of all dataset shards, as they are, into one token shard.</summary>
    public Task WriteValidation(IReadOnlyList<ManifestOutput> shards, string name, PartOutput output, CancellationToken cancellation)
    {
        Write(shards, name, validation: true, output, cancellation);
        return Task.CompletedTask;
    }

    private void Write(IEnumerable<ManifestOutput> shards, string name, bool validation, PartOutput output, CancellationToken cancellation)
    {
        using var encoders = new ThreadLocal<DocumentEncoder>(
            () => new DocumentEncoder(new BpeEncoder(vocabulary), validation ? DocumentObjective.Causal : objective));
        using var writer = new TokenShardWriter(output.Create(name + ".bin"), output.Create(name + ".idx"));
        IEnumerable<EncodedDocuments> groups = DatasetShards.RowGroups(run, shards)
            .AsParallel().AsOrdered().WithDegreeOfParallelism(workers).WithCancellation(cancellation)
            .WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .Select(group => Encode(group, validation, encoders.Value!));
        foreach (EncodedDocuments group in groups)
        {
            ReadOnlySpan<ushort> tokens = group.Tokens.WrittenSpan;
            foreach ((int length, int stars) in group.Documents)
            {
                writer.Add(tokens[..length], stars);
                tokens = tokens[length..];
            }
        }

        writer.Complete();
        string kind = validation ? "validation" : "train";
        output.Add("documents." + kind, writer.Documents);
        output.Add("tokens." + kind, writer.Tokens);
    }

    private EncodedDocuments Encode(RowGroup group, bool validation, DocumentEncoder encoder) => DatasetShards.Read(
        group,
        rows =>
        {
            var encoded = new EncodedDocuments();
            BinaryColumn names = rows.Columns.Binary("repo_name");
            BinaryColumn keys = rows.Columns.Binary("content_id");
            Int32Column stars = rows.Columns.Int32("star_events_count");
            for (int row = 0; row < rows.Count; row++)
            {
                if (heldOut.Contains(names[row]) == validation)
                {
                    int before = encoded.Tokens.WrittenCount;
                    encoder.Encode(rows.Text(row), keys.GetString(row), encoded.Tokens);
                    encoded.Documents.Add((encoded.Tokens.WrittenCount - before, stars.IsNull(row) ? 0 : Math.Max(0, stars[row])));
                }
            }

            return encoded;
        },
        "repo_name",
        "content_id",
        "star_events_count",
        "content");

    private sealed class EncodedDocuments
    {
        public ArrayBufferWriter<ushort> Tokens { get; } = new(1 << 16);

        public List<(int Length, int Stars)> Documents { get; } = [];
    }
}
