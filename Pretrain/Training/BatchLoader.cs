using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// Asks the data for batches and lays them out as tensors, in memory that is kept: a step allocates nothing here. With a GPU the next
/// step's are made and copied while this one runs (<see cref="BatchPrefetcher"/>).
/// </summary>
internal sealed class BatchLoader : IDisposable
{
    private readonly ITrainingData _data;
    private readonly int _block;
    private readonly int _size;
    private readonly int _micros;
    private readonly int _firstMicro;
    private readonly int _vocabulary;
    private readonly int[] _tokens;
    private readonly int[] _labels;
    private readonly Tensor _hostIds;
    private readonly Tensor _hostTargets;
    private readonly BatchPrefetcher? _ahead;
    private (Tensor Ids, Tensor Targets, long Counted) _step; // the whole step's, from ahead
    private bool _isStep;

    internal BatchLoader(ITrainingData data, GptNeoConfig model, TrainingOptions options, Device device, int firstMicro, int micros, bool ahead)
    {
        _firstMicro = firstMicro;
        _micros = micros;
        _data = data;
        _block = options.BlockSize;
        _size = options.BatchSize * _block;
        _vocabulary = model.VocabSize;
        _tokens = new int[_size * micros];
        _labels = new int[_tokens.Length];
        _hostIds = torch.zeros([_size], ScalarType.Int64).DetachFromDisposeScope();
        _hostTargets = torch.zeros([_size], ScalarType.Int64).DetachFromDisposeScope();
        bool inPlace = device.Type == DeviceType.CPU;
        Ids = inPlace ? _hostIds : _hostIds.to(device).DetachFromDisposeScope();
        Targets = inPlace ? _hostTargets : _hostTargets.to(device).DetachFromDisposeScope();
        _ahead = ahead ? new BatchPrefetcher(_tokens.Length, device, options.Steps - 1, Fill) : null;
    }

    /// <summary>[B·T] int64: the tokens of the micro-batch last loaded; always the same tensor.</summary>
    internal Tensor Ids { get; }

    /// <summary>[B·T] int64: the token after each position, or -100; always the same tensor.</summary>
    internal Tensor Targets { get; }

    /// <summary>Reads this process's micro-batches of a step; gives how many positions count in their loss.</summary>
    internal long ReadStep(long step)
    {
        _isStep = true;
        if (_ahead is not null)
        {
            _step = _ahead.TakeStep(step);
            return _step.Counted;
        }

        return Read(step);
    }

    /// <summary>Reads one validation batch, as micro-batch 0; gives how many positions count.</summary>
    internal long ReadValidation(int index)
    {
        _ahead?.WaitUntilIdle(); // the data is asked by one thread at a time
        _isStep = false;
        _data.FillValidation(index, _tokens.AsSpan(0, _size), _labels.AsSpan(0, _size));
        return CheckTokens(_tokens.AsSpan(0, _size), _labels.AsSpan(0, _size), "validation batch", index);
    }

    /// <summary>Lays out one of the micro-batches read. A target is the next position's label; a block's last position has none.</summary>
    internal void LoadMicroBatch(int micro)
    {
        if (_isStep && _ahead is not null)
        {
            using Tensor ids = _step.Ids.narrow(0, (long)micro * _size, _size), targets = _step.Targets.narrow(0, (long)micro * _size, _size);
            Ids.copy_(ids);
            Targets.copy_(targets);
            return;
        }

        WriteTensors(micro, _hostIds.AsSpan<long>(), _hostTargets.AsSpan<long>());
        if (!Ids.Equals(_hostIds))
        {
            Ids.copy_(_hostIds);
            Targets.copy_(_hostTargets);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ahead?.Dispose();
        Ids.Dispose();
        Targets.Dispose();
        _hostIds.Dispose();
        _hostTargets.Dispose();
    }

    private long Fill(long step, Span<long> ids, Span<long> targets)
    {
        long counted = Read(step);
        for (int micro = 0; micro < _micros; micro++)
        {
            WriteTensors(micro, ids.Slice(micro * _size, _size), targets.Slice(micro * _size, _size));
        }

        return counted;
    }

    private long Read(long step)
    {
        for (int micro = 0; micro < _micros; micro++)
        {
            _data.FillBatch(step, _firstMicro + micro, _tokens.AsSpan(micro * _size, _size), _labels.AsSpan(micro * _size, _size));
        }

        return CheckTokens(_tokens, _labels, "step", step);
    }

    private void WriteTensors(int micro, Span<long> ids, Span<long> targets)
    {
        ReadOnlySpan<int> from = _tokens.AsSpan(micro * _size, _size), following = _labels.AsSpan(micro * _size, _size);
        for (int i = 0; i < _size; i++)
        {
            ids[i] = from[i];
            targets[i] = (i + 1) % _block == 0 ? ITrainingData.IgnoredLabel : following[i + 1];
        }
    }

    private long CheckTokens(ReadOnlySpan<int> ids, ReadOnlySpan<int> following, string kind, long number)
    {
        long counted = 0;
        for (int i = 0; i < ids.Length; i++)
        {
            if ((uint)ids[i] >= (uint)_vocabulary || (following[i] != ITrainingData.IgnoredLabel && (uint)following[i] >= (uint)_vocabulary))
            {
                throw new TrainingException($"{kind} {number} holds token {ids[i]} with label {following[i]} where the model's vocabulary has {_vocabulary}; the token shards belong to another tokenizer");
            }

            counted += i % _block != 0 && following[i] != ITrainingData.IgnoredLabel ? 1 : 0;
        }

        return counted;
    }
}
