using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>Asks the data for batches and lays them out as tensors, in memory that is kept: a step allocates nothing here.</summary>
internal sealed class BatchLoader : IDisposable
{
    private readonly ITrainingData data;
    private readonly int block;
    private readonly int size;
    private readonly int firstMicro;
    private readonly int vocabulary;
    private readonly int[] tokens;
    private readonly int[] labels;
    private readonly Tensor hostIds;
    private readonly Tensor hostTargets;

    internal BatchLoader(ITrainingData data, GptNeoConfig model, TrainingOptions options, Device device, int firstMicro, int micros)
    {
        this.firstMicro = firstMicro;
        this.data = data;
        block = options.BlockSize;
        size = options.BatchSize * block;
        vocabulary = model.VocabSize;
        tokens = new int[size * micros];
        labels = new int[tokens.Length];
        hostIds = torch.zeros([size], ScalarType.Int64).DetachFromDisposeScope();
        hostTargets = torch.zeros([size], ScalarType.Int64).DetachFromDisposeScope();
        Ids = device.Type == DeviceType.CPU ? hostIds : hostIds.to(device).DetachFromDisposeScope();
        Targets = device.Type == DeviceType.CPU ? hostTargets : hostTargets.to(device).DetachFromDisposeScope();
    }

    /// <summary>[B·T] int64: the tokens of the micro-batch last loaded.</summary>
    internal Tensor Ids { get; }

    /// <summary>[B·T] int64: the token after each position, or -100.</summary>
    internal Tensor Targets { get; }

    /// <summary>Reads this process's micro-batches of a step; gives how many positions count in their loss.</summary>
    internal long ReadStep(long step)
    {
        for (int micro = 0; micro * size < tokens.Length; micro++)
        {
            data.FillBatch(step, firstMicro + micro, tokens.AsSpan(micro * size, size), labels.AsSpan(micro * size, size));
        }

        return Check(tokens, labels, "step", step);
    }

    /// <summary>Reads one validation batch, as micro-batch 0; gives how many positions count.</summary>
    internal long ReadValidation(int index)
    {
        data.FillValidation(index, tokens.AsSpan(0, size), labels.AsSpan(0, size));
        return Check(tokens.AsSpan(0, size), labels.AsSpan(0, size), "validation batch", index);
    }

    /// <summary>Lays out one of the micro-batches read. A target is the next position's label; a block's last position has none.</summary>
    internal void Load(int micro)
    {
        Span<long> ids = hostIds.AsSpan<long>(), targets = hostTargets.AsSpan<long>();
        ReadOnlySpan<int> from = tokens.AsSpan(micro * size, size), following = labels.AsSpan(micro * size, size);
        for (int i = 0; i < size; i++)
        {
            ids[i] = from[i];
            targets[i] = (i + 1) % block == 0 ? ITrainingData.IgnoredLabel : following[i + 1];
        }

        if (!Ids.Equals(hostIds))
        {
            Ids.copy_(hostIds);
            Targets.copy_(hostTargets);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ids.Dispose();
        Targets.Dispose();
        hostIds.Dispose();
        hostTargets.Dispose();
    }

    private long Check(ReadOnlySpan<int> ids, ReadOnlySpan<int> following, string kind, long number)
    {
        long counted = 0;
        for (int i = 0; i < ids.Length; i++)
        {
            if ((uint)ids[i] >= (uint)vocabulary || (following[i] != ITrainingData.IgnoredLabel && (uint)following[i] >= (uint)vocabulary))
            {
                throw new TrainingException($"{kind} {number} holds token {ids[i]} with label {following[i]} where the model's vocabulary has {vocabulary}; the token shards belong to another tokenizer");
            }

            counted += i % block != 0 && following[i] != ITrainingData.IgnoredLabel ? 1 : 0;
        }

        return counted;
    }
}
