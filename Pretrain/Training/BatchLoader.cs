using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// Writes the data's batches into tensors that are allocated once, so a step allocates nothing here. With a GPU the next
/// step's batches are prepared and copied while this step runs (<see cref="BatchPrefetcher"/>).
/// </summary>
internal sealed class BatchLoader : IDisposable
{
    private readonly BatchReader _reader;
    private readonly int _microBatchTokens; // batch × time
    private readonly int _microBatches;
    private readonly Tensor _hostIds;       // [batch × time] int64
    private readonly Tensor _hostTargets;   // [batch × time] int64
    private readonly BatchPrefetcher? _prefetcher;
    private (Tensor Ids, Tensor Targets, long CountedTokens) _prefetched; // the whole step's
    private bool _isTrainingStep;

    /// <summary>Allocates the buffers and, where asked, starts prefetching.</summary>
    /// <param name="data">The source of batches.</param>
    /// <param name="model">For the vocabulary, against which tokens are checked.</param>
    /// <param name="options">For the shapes.</param>
    /// <param name="device">Where the model is.</param>
    /// <param name="firstMicroBatch">The first of a step's micro-batches that is this process's.</param>
    /// <param name="microBatches">How many are this process's.</param>
    /// <param name="prefetch">Whether the next step's batches are prepared while a step runs.</param>
    internal BatchLoader(
        ITrainingData data, GptNeoConfig model, TrainingOptions options, Device device, int firstMicroBatch, int microBatches,
        bool prefetch)
    {
        _reader = new BatchReader(data, model, options, firstMicroBatch, microBatches);
        _microBatches = microBatches;
        _microBatchTokens = _reader.MicroBatchTokens;
        _hostIds = torch.zeros([_microBatchTokens], ScalarType.Int64).DetachFromDisposeScope();
        _hostTargets = torch.zeros([_microBatchTokens], ScalarType.Int64).DetachFromDisposeScope();
        bool inPlace = device.Type == DeviceType.CPU;
        Ids = inPlace ? _hostIds : _hostIds.to(device).DetachFromDisposeScope();
        Targets = inPlace ? _hostTargets : _hostTargets.to(device).DetachFromDisposeScope();
        _prefetcher = prefetch ? new BatchPrefetcher(_microBatchTokens * microBatches, device, options.Steps - 1, FillStep) : null;
    }

    /// <summary>[batch × time] int64: the tokens of the micro-batch loaded last; always the same tensor.</summary>
    internal Tensor Ids { get; }

    /// <summary>[batch × time] int64: the token after each position, or -100; always the same tensor.</summary>
    internal Tensor Targets { get; }

    /// <summary>Reads this process's micro-batches of a step; returns how many positions count in their loss.</summary>
    internal long ReadStep(long step)
    {
        _isTrainingStep = true;
        if (_prefetcher is not null)
        {
            _prefetched = _prefetcher.TakeStep(step);
            return _prefetched.CountedTokens;
        }

        return _reader.ReadStep(step);
    }

    /// <summary>Reads one validation batch of some data, as micro-batch 0; returns how many positions count.</summary>
    internal long ReadValidation(ITrainingData from, int index)
    {
        _prefetcher?.WaitUntilIdle(); // one thread at a time reads the data
        _isTrainingStep = false;
        return _reader.ReadValidation(from, index);
    }

    /// <summary>Loads one of the micro-batches read into <see cref="Ids"/> and <see cref="Targets"/>.</summary>
    internal void LoadMicroBatch(int index)
    {
        if (_isTrainingStep && _prefetcher is not null)
        {
            long first = (long)index * _microBatchTokens;
            using Tensor ids = _prefetched.Ids.narrow(0, first, _microBatchTokens);         // [batch × time]
            using Tensor targets = _prefetched.Targets.narrow(0, first, _microBatchTokens); // [batch × time]
            Ids.copy_(ids);
            Targets.copy_(targets);
            return;
        }

        _reader.Write(index, _hostIds.AsSpan<long>(), _hostTargets.AsSpan<long>());
        if (!Ids.Equals(_hostIds))
        {
            Ids.copy_(_hostIds);
            Targets.copy_(_hostTargets);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _prefetcher?.Dispose();
        Ids.Dispose();
        Targets.Dispose();
        _hostIds.Dispose();
        _hostTargets.Dispose();
    }

    private long FillStep(long step, Span<long> ids, Span<long> targets)
    {
        long countedTokens = _reader.ReadStep(step);
        for (int i = 0; i < _microBatches; i++)
        {
            Range range = (i * _microBatchTokens)..((i + 1) * _microBatchTokens);
            _reader.Write(i, ids[range], targets[range]);
        }

        return countedTokens;
    }
}
