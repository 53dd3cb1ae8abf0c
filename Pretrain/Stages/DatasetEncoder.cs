using System.Buffers;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Parquet;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Stages;

/// <summary>Encodes a dataset's documents into token shards: row groups in parallel, written in their order.</summary>
/// <param name="run">The run whose dataset is encoded.</param>
/// <param name="vocabulary">The tokenizer.</param>
/// <param name="heldOut">The repositories whose documents go to the validation shard.</param>
/// <param name="objective">The form of training documents.</param>
/// <param name="workers">Row groups encoded at a time.</param>
internal sealed class DatasetEncoder(
    Run run, BpeVocabulary vocabulary, HeldOutRepositories heldOut, DocumentObjective objective, int workers)
{
    /// <summary>Encodes the training documents of one dataset shard into one token shard.</summary>
    public Task WriteTraining(ManifestOutput shard, string part, PartOutput output, CancellationToken cancellation)
    {
        Write([shard], part, validation: false, output, cancellation);
        return Task.CompletedTask;
    }

    /// <summary>Encodes the held-out documents of all dataset shards, always in causal form, into one token shard.</summary>
    public Task WriteValidation(IReadOnlyList<ManifestOutput> shards, PartOutput output, CancellationToken cancellation)
    {
        Write(shards, TokenizeParts.Validation, validation: true, output, cancellation);
        return Task.CompletedTask;
    }

    private void Write(IEnumerable<ManifestOutput> shards, string part, bool validation, PartOutput output, CancellationToken cancellation)
    {
        using var encoders = new ThreadLocal<DocumentEncoder>(
            () => new DocumentEncoder(new BpeEncoder(vocabulary), validation ? DocumentObjective.Causal : objective));
        using var writer = new TokenShardWriter(
            output.Create(TokenizeParts.TokenFile(part)), output.Create(TokenizeParts.IndexFile(part)));
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
        output.Add(validation ? CountName.DocumentsValidation : CountName.DocumentsTrain, writer.Documents);
        output.Add(validation ? CountName.TokensValidation : CountName.TokensTrain, writer.Tokens);
    }

    private EncodedDocuments Encode(RowGroup group, bool validation, DocumentEncoder encoder) => DatasetShards.Read(
        group,
        rows =>
        {
            var encoded = new EncodedDocuments();
            BinaryColumn names = rows.Get(Column.RepositoryName);
            BinaryColumn keys = rows.Get(Column.ContentId);
            Int32Column stars = rows.Get(Column.Stars);
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
        Column.RepositoryName,
        Column.ContentId,
        Column.Stars,
        Column.Content);

    /// <summary>The documents of one row group.</summary>
    private sealed class EncodedDocuments
    {
        /// <summary>The tokens, document after document.</summary>
        public ArrayBufferWriter<ushort> Tokens { get; } = new(1 << 16);

        /// <summary>The tokens of each document, and the stars of its repository.</summary>
        public List<(int Length, int Stars)> Documents { get; } = [];
    }
}
