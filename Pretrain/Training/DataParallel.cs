using System.Security.Cryptography;
using System.Text;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// One model trained by several processes, each with its share of a step's micro-batches. Gradients are summed once a step, a bucket of
/// blocks at a time: a bucket's sum begins as soon as the last micro-batch's backward pass has finished its blocks, and goes on while it
/// works on the earlier ones. What every process then does with the sums is the same, so their weights stay the same bytes.
/// </summary>
internal sealed class DataParallel : IDisposable
{
    private const long BucketElements = 1 << 20; // 4 MB: large enough that the ring's latency does not count
    private readonly IProcessGroup _group;
    private readonly GradientBucket[] _buckets;           // in the order in which the backward pass finishes them
    private readonly nint[] _begun;
    private readonly Tensor _hostNumbers;
    private readonly Tensor _numbers;
    private int _next;

    internal DataParallel(IProcessGroup group, GptNeoForCausalLM model)
    {
        _group = group;
        _buckets = [.. Buckets(model)];
        _begun = new nint[_buckets.Length];
        _hostNumbers = torch.zeros([16], ScalarType.Float64).DetachFromDisposeScope();
        _numbers = model.Device.Type == DeviceType.CPU ? _hostNumbers : _hostNumbers.to(model.Device).DetachFromDisposeScope();
        BlockBackwardCompleted = OnBlockDone;
    }

    internal int Rank => _group.Rank;

    internal int WorldSize => _group.WorldSize;

    /// <summary>To be called when the last micro-batch's backward pass has finished a block; kept, so that a step takes no memory.</summary>
    internal Action<int> BlockBackwardCompleted { get; }

    /// <summary>Begins the sums that are still to come, and waits for all.</summary>
    internal void FinishGradientAllReduce() => WithPeerErrors(() =>
    {
        while (_next < _buckets.Length)
        {
            BeginNextBucket();
        }

        for (int i = 0; i < _next; i++)
        {
            _group.Wait(_begun[i]);
        }

        _next = 0;
    });

    /// <summary>Sums some numbers over all processes; at most 16.</summary>
    internal void AllReduce(Span<double> values)
    {
        Span<double> host = _hostNumbers.AsSpan<double>();
        host.Clear();
        values.CopyTo(host);
        Exchange(sum: true);
        _hostNumbers.AsSpan<double>()[..values.Length].CopyTo(values);
    }

    /// <summary>Gives every process rank 0's numbers; at most 16.</summary>
    internal void Broadcast(Span<double> values)
    {
        values.CopyTo(_hostNumbers.AsSpan<double>());
        Exchange(sum: false);
        _hostNumbers.AsSpan<double>()[..values.Length].CopyTo(values);
    }

    /// <summary>Gives every process rank 0's tensor.</summary>
    internal void Broadcast(Tensor tensor) => WithPeerErrors(() => _group.Broadcast(tensor));

    /// <summary>Makes sure that all processes were given the same model, options and data.</summary>
    /// <exception cref="TrainingException">They were not; thrown in every process.</exception>
    internal void RequireSameRun(string what)
    {
        double own = BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(what))) >> 16; // 48 bits: exact in a double
        Span<double> first = [own];
        Broadcast(first);
        Span<double> different = [first[0] == own ? 0 : 1];
        AllReduce(different);
        if (different[0] > 0)
        {
            throw new TrainingException(
                $"{different[0]:F0} of the {WorldSize} processes have another model, other options or other data than process 0; start them all with the same command over the same run");
        }
    }

    /// <summary>The error for when a process was stopped by its user.</summary>
    internal PeerLostException PeerStopped() => new($"another of the {WorldSize} processes was asked to stop; {Remedy}");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (GradientBucket bucket in _buckets)
        {
            bucket.Gradients.Dispose();
        }

        _numbers.Dispose();
        _hostNumbers.Dispose();
    }

    private string Remedy => $"start all {WorldSize} again with the same command, and training goes on from its last checkpoint";

    private void OnBlockDone(int block)
    {
        if (_next < _buckets.Length && _buckets[_next].LastBlock == block)
        {
            WithPeerErrors(BeginNextBucket);
        }
    }

    private void BeginNextBucket()
    {
        _begun[_next] = _group.BeginAllReduce(_buckets[_next].Gradients);
        _next++;
    }

    private void Exchange(bool sum) => WithPeerErrors(() =>
    {
        if (!_numbers.Equals(_hostNumbers))
        {
            _numbers.copy_(_hostNumbers);
        }

        if (sum)
        {
            _group.Wait(_group.BeginAllReduce(_numbers));
        }
        else
        {
            _group.Broadcast(_numbers);
        }

        if (!_numbers.Equals(_hostNumbers))
        {
            _hostNumbers.copy_(_numbers);
        }
    });

    private void WithPeerErrors(Action exchange)
    {
        try
        {
            exchange();
        }
        catch (TorchException e)
        {
            throw new PeerLostException($"process {Rank} of {WorldSize}: another process is gone or does not answer ({e.Message}); {Remedy}", e);
        }
    }

    // Blocks from the last to the first, several to a bucket where they are small; then the embeddings, then the vectors of all layers.
    private static IEnumerable<GradientBucket> Buckets(GptNeoForCausalLM model)
    {
        ParameterSet parameters = model.Parameters;
        IReadOnlyList<GptNeoBlock> blocks = model.transformer.h;
        long end = parameters.DecayLength;
        for (int block = blocks.Count - 1; block >= 0; block--)
        {
            long begin = blocks[block].attn.k_proj.Offset;
            if (end - begin >= BucketElements || block == 0)
            {
                yield return new GradientBucket(block, Part(begin, end));
                end = begin;
            }
        }

        yield return new GradientBucket(-1, Part(0, end));
        yield return new GradientBucket(-1, Part(parameters.DecayLength, parameters.Length));

        Tensor Part(long from, long to) => parameters.Grads.narrow(0, from, to - from).DetachFromDisposeScope();
    }

    /// <summary>Gradients that are summed together, and the block whose backward pass finishes them (-1: only the whole pass does).</summary>
    private readonly record struct GradientBucket(int LastBlock, Tensor Gradients);
}
