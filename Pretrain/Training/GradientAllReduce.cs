using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// Sums the gradients over all processes, once per step and in buckets, overlapped with the backward pass as PyTorch's
/// DistributedDataParallel does (https://arxiv.org/abs/2006.15704): a bucket's all-reduce starts as soon as the last micro-batch's backward
/// pass has finished the bucket's blocks. Every process then holds the same sums and makes the same update, so the weights stay equal to
/// the byte.
/// </summary>
internal sealed class GradientAllReduce : IDisposable
{
    // 4 MB of float32: large enough that the latency of the ring is small beside the transfer. DistributedDataParallel uses 25 MB; blocks
    // of the small models here would then all share one bucket, and nothing would overlap.
    private const long BucketElements = 1 << 20;

    private readonly ProcessPeers _peers;
    private readonly IProcessGroup _group;
    private readonly GradientBucket[] _buckets; // in the order in which the backward pass finishes them
    private readonly nint[] _pending;           // the all-reduce of each bucket that has been started
    private int _next;                          // buckets started

    internal GradientAllReduce(ProcessPeers peers, GptNeoForCausalLM model)
    {
        _peers = peers;
        _group = peers.Group ?? throw new ArgumentException("a process that trains alone has nothing to reduce", nameof(peers));
        _buckets = [.. Buckets(model)];
        _pending = new nint[_buckets.Length];
        BlockBackwardCompleted = StartBucketOf;
    }

    /// <summary>
    /// To be called when the last micro-batch's backward pass has finished a block. A kept delegate: a step allocates none.
    /// </summary>
    internal Action<int> BlockBackwardCompleted { get; }

    /// <summary>Starts the buckets that have not been started and waits for all.</summary>
    internal void Finish() => _peers.WithPeerErrors(() =>
    {
        while (_next < _buckets.Length)
        {
            StartNext();
        }

        for (int i = 0; i < _next; i++)
        {
            _group.Wait(_pending[i]);
        }

        _next = 0;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (GradientBucket bucket in _buckets)
        {
            bucket.Gradients.Dispose();
        }
    }

    private void StartBucketOf(int block)
    {
        if (_next < _buckets.Length && _buckets[_next].LastBlock == block)
        {
            _peers.WithPeerErrors(StartNext);
        }
    }

    private void StartNext()
    {
        _pending[_next] = _group.BeginAllReduce(_buckets[_next].Gradients);
        _next++;
    }

    // Blocks from the last to the first, several per bucket where they are small; then the embeddings, then the vectors of all layers.
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
                yield return new GradientBucket(block, Slice(begin, end));
                end = begin;
            }
        }

        yield return new GradientBucket(-1, Slice(0, end));
        yield return new GradientBucket(-1, Slice(parameters.DecayLength, parameters.Length));

        Tensor Slice(long from, long to) => parameters.Grads.narrow(0, from, to - from).DetachFromDisposeScope();
    }

    /// <summary>
    /// Gradients that are reduced together, and the block whose backward pass completes them (-1: only the whole pass does).
    /// </summary>
    private readonly record struct GradientBucket(int LastBlock, Tensor Gradients);
}
