using DataForge.Pretrain.Model;

namespace DataForge.Pretrain.Training;

/// <summary>Reads a step's micro-batches from the data, checks them, and writes them as a model takes them.</summary>
/// <param name="data">The source of batches.</param>
/// <param name="model">For the vocabulary, against which tokens are checked.</param>
/// <param name="options">For the shapes.</param>
/// <param name="firstMicroBatch">The first of a step's micro-batches that is this process's.</param>
/// <param name="microBatches">How many are this process's.</param>
internal sealed class BatchReader(
    ITrainingData data, GptNeoConfig model, TrainingOptions options, int firstMicroBatch, int microBatches)
{
    private readonly int _blockSize = options.BlockSize;
    private readonly int[] _tokens = new int[options.BatchSize * options.BlockSize * microBatches]; // [micro-batches × batch × time]
    private readonly int[] _labels = new int[options.BatchSize * options.BlockSize * microBatches]; // [micro-batches × batch × time]

    /// <summary>Tokens of a micro-batch: batch × time.</summary>
    internal int MicroBatchTokens { get; } = options.BatchSize * options.BlockSize;

    /// <summary>Reads this process's micro-batches of a step; returns how many positions count in their loss.</summary>
    internal long ReadStep(long step)
    {
        for (int i = 0; i < microBatches; i++)
        {
            int first = i * MicroBatchTokens;
            data.FillBatch(step, firstMicroBatch + i, _tokens.AsSpan(first, MicroBatchTokens), _labels.AsSpan(first, MicroBatchTokens));
        }

        return CheckTokens(_tokens, _labels, "step", step);
    }

    /// <summary>Reads one validation batch of some data, as micro-batch 0; returns how many positions count.</summary>
    internal long ReadValidation(ITrainingData from, int index)
    {
        Span<int> tokens = _tokens.AsSpan(0, MicroBatchTokens), labels = _labels.AsSpan(0, MicroBatchTokens);
        from.FillValidation(index, tokens, labels);
        return CheckTokens(tokens, labels, "validation batch", index);
    }

    /// <summary>
    /// Writes one of the micro-batches read. The target of a position is the label of the next one; the last position of a block has none.
    /// </summary>
    /// <param name="microBatch">Which one.</param>
    /// <param name="ids">[batch × time]: the tokens.</param>
    /// <param name="targets">[batch × time]: the token after each position, or -100.</param>
    internal void Write(int microBatch, Span<long> ids, Span<long> targets)
    {
        int first = microBatch * MicroBatchTokens;
        ReadOnlySpan<int> tokens = _tokens.AsSpan(first, MicroBatchTokens), labels = _labels.AsSpan(first, MicroBatchTokens);
        for (int i = 0; i < MicroBatchTokens; i++)
        {
            ids[i] = tokens[i];
            targets[i] = (i + 1) % _blockSize == 0 ? ITrainingData.IgnoredLabel : labels[i + 1];
        }
    }

    /// <summary>Checks that all tokens are in the vocabulary; returns how many positions count in the loss.</summary>
    private long CheckTokens(ReadOnlySpan<int> tokens, ReadOnlySpan<int> labels, string kind, long number)
    {
        long counted = 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            bool isIgnored = labels[i] == ITrainingData.IgnoredLabel;
            if ((uint)tokens[i] >= (uint)model.VocabSize || (!isIgnored && (uint)labels[i] >= (uint)model.VocabSize))
            {
                throw new TrainingException(
                    $"{kind} {number} holds token {tokens[i]} with label {labels[i]} where the model's vocabulary has {model.VocabSize}; "
                    + "the token shards belong to another tokenizer");
            }

            counted += i % _blockSize != 0 && !isIgnored ? 1 : 0;
        }

        return counted;
    }
}
