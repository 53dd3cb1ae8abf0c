using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// Asks the data for batches and lays them out as tensors, in memory that is kept: a step allocates nothing here. With a GPU the next
/// step's are made and copied while this one runs (<see cref="BatchesAhead"/>).
/// </summary>
internal sealed class BatchLoader : IDisposable
{
    private readonly ITrainingData data;
    private readonly int block;
    private readonly int size;
    private readonly int micros;
    private readonly int firstMicro;
    private readonly int vocabulary;
    private readonly int[] tokens;
    private readonly int[] labels;
    private readonly Tensor hostIds;
    private readonly Tensor hostTargets;
    private readonly BatchesAhead? ahead;
    private (Tensor Ids, Tensor Targets, long Counted) step; // the whole step's, from ahead
    private bool isStep;

    internal BatchLoader(ITrainingData data, GptNeoConfig model, TrainingOptions options, Device device, int firstMicro, int micros, bool ahead)
    {
        this.firstMicro = firstMicro;
        this.micros = micros;
        this.data = data;
        block = options.BlockSize;
        size = options.BatchSize * block;
        vocabulary = model.VocabSize;
        tokens = new int[size * micros];
        labels = new int[tokens.Length];
        hostIds = torch.zeros([size], ScalarType.Int64).DetachFromDisposeScope();
        hostTargets = torch.zeros([size], ScalarType.Int64).DetachFromDisposeScope();
        bool inPlace = device.Type == DeviceType.CPU;
        Ids = inPlace ? hostIds : hostIds.to(device).DetachFromDisposeScope();
        Targets = inPlace ? hostTargets : hostTargets.to(device).DetachFromDisposeScope();
        this.ahead = ahead ? new BatchesAhead(tokens.Length, device, options.Steps - 1, Fill) : null;
    }

    /// <summary>[B·T] int64: the tokens of the micro-batch last loaded; always the same tensor.</summary>
    internal Tensor Ids { get; }

    /// <summary>[B·T] int64: the token after each position, or -100; always the same tensor.</summary>
    internal Tensor Targets { get; }

    /// <summary>Reads this process's micro-batches of a step; gives how many positions count in their loss.</summary>
    internal long ReadStep(long step)
    {
        isStep = true;
        if (ahead is not null)
        {
            this.step = ahead.Take(step);
            return this.step.Counted;
        }

        return Read(step);
    }

    /// <summary>Reads one validation batch, as micro-batch 0; gives how many positions count.</summary>
    internal long ReadValidation(int index)
    {
        ahead?.Settle(); // the data is asked by one thread at a time
        isStep = false;
        data.FillValidation(index, tokens.AsSpan(0, size), labels.AsSpan(0, size));
        return Check(tokens.AsSpan(0, size), labels.AsSpan(0, size), "validation batch", index);
    }

    /// <summary>Lays out one of the micro-batches read. A target is the next position's label; a block's last position has none.</summary>
    internal void Load(int micro)
    {
        if (isStep && ahead is not null)
        {
            using Tensor ids = step.Ids.narrow(0, (long)micro * size, size), targets = step.Targets.narrow(0, (long)micro * size, size);
            Ids.copy_(ids);
            Targets.copy_(targets);
            return;
        }

        LayOut(micro, hostIds.AsSpan<long>(), hostTargets.AsSpan<long>());
        if (!Ids.Equals(hostIds))
        {
            Ids.copy_(hostIds);
            Targets.copy_(hostTargets);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ahead?.Dispose();
        Ids.Dispose();
        Targets.Dispose();
        hostIds.Dispose();
        hostTargets.Dispose();
    }

    private long Fill(long step, Span<long> ids, Span<long> targets)
    {
        long counted = Read(step);
        for (int micro = 0; micro < micros; micro++)
        {
            LayOut(micro, ids.Slice(micro * size, size), targets.Slice(micro * size, size));
        }

        return counted;
    }

    private long Read(long step)
    {
        for (int micro = 0; micro < micros; micro++)
        {
            data.FillBatch(step, firstMicro + micro, tokens.AsSpan(micro * size, size), labels.AsSpan(micro * size, size));
        }

        return Check(tokens, labels, "step", step);
    }

    private void LayOut(int micro, Span<long> ids, Span<long> targets)
    {
        ReadOnlySpan<int> from = tokens.AsSpan(micro * size, size), following = labels.AsSpan(micro * size, size);
        for (int i = 0; i < size; i++)
        {
            ids[i] = from[i];
            targets[i] = (i + 1) % block == 0 ? ITrainingData.IgnoredLabel : following[i + 1];
        }
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
