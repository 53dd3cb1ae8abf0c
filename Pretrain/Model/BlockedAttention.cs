using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// softmax(q kᵀ) v over earlier positions: GPT-Neo's attention, whose scores are not divided by √(head size). Queries are processed in
/// blocks, and each block multiplies only the keys it may see: half the work of the full square for global layers, and linear instead of
/// quadratic in time for local ones. No mask is larger than one block.
/// </summary>
/// <remarks>
/// In the shapes below, groups is batch * heads, block is the number of queries of a block, and keys the number of keys it sees.
/// </remarks>
internal sealed class BlockedAttention
{
    private const int QueryBlock = 128; // chosen: products are large enough for BLAS, and at most 128 * time scores are masked in vain
    private const int MaxMasks = 64;    // generation makes one mask per length of a prompt; training needs about ten
    private readonly Dictionary<(long Queries, long Keys, long First, int Window), Tensor> _masks = [];
    private readonly List<Tensor> _probabilities = [];

    /// <summary>
    /// q [groups, queries, head size], k and v [groups, past + queries, head size] to [groups, queries, head size]: the queries are the
    /// last positions. <paramref name="window"/> is how many positions a query sees, itself included; 0 means all earlier ones. Keeps the
    /// probabilities for <see cref="Backward"/>.
    /// </summary>
    internal Tensor Forward(Tensor q, Tensor k, Tensor v, int window)
    {
        _probabilities.Clear();
        long queries = q.Size(1);
        long past = k.Size(1) - queries;
        Tensor output = torch.empty([q.Size(0), queries, q.Size(2)], device: q.Device); // [groups, queries, head size]
        for (long first = 0; first < queries; first += QueryBlock)
        {
            Block block = new(first, Math.Min(QueryBlock, queries - first), past, window);
            using Tensor qb = q.narrow(1, first, block.Queries);              // [groups, block, head size]
            using Tensor kb = k.narrow(1, block.FirstKey, block.Keys);        // [groups, keys, head size]
            using Tensor vb = v.narrow(1, block.FirstKey, block.Keys);        // [groups, keys, head size]
            using Tensor kt = kb.transpose(1, 2);                             // [groups, head size, keys]
            using Tensor scores = qb.bmm(kt);                                 // [groups, block, keys]
            ApplyMask(scores, block, window);
            Tensor p = scores.softmax(-1);                                    // [groups, block, keys]
            using Tensor ob = output.narrow(1, first, block.Queries);         // [groups, block, head size]
            Ops.BmmOut.Run([p, vb, ob]);
            _probabilities.Add(p);
        }

        return output;
    }

    /// <summary>
    /// Writes the gradients of q, k and v, [groups, time, head size] each, given that of the output; of the last <see cref="Forward"/>,
    /// which must have had no past.
    /// </summary>
    internal void Backward(Tensor dOut, Tensor q, Tensor k, Tensor v, Tensor dq, Tensor dk, Tensor dv, int window)
    {
        long queries = q.Size(1);
        dk.zero_();
        dv.zero_();
        for (int i = 0; i < _probabilities.Count; i++)
        {
            long first = (long)i * QueryBlock;
            Block block = new(first, Math.Min(QueryBlock, queries - first), 0, window);
            using Tensor p = _probabilities[i];                               // [groups, block, keys]
            using Tensor qb = q.narrow(1, first, block.Queries);              // [groups, block, head size]
            using Tensor kb = k.narrow(1, block.FirstKey, block.Keys);        // [groups, keys, head size]
            using Tensor vb = v.narrow(1, block.FirstKey, block.Keys);        // [groups, keys, head size]
            using Tensor vt = vb.transpose(1, 2);                             // [groups, head size, keys]
            using Tensor dob = dOut.narrow(1, first, block.Queries);          // [groups, block, head size]
            using Tensor dp = dob.bmm(vt);                                    // [groups, block, keys]
            using Tensor ds = Functional.SoftmaxBackward(dp, p);              // [groups, block, keys]
            using Tensor dqb = dq.narrow(1, first, block.Queries);            // [groups, block, head size]
            Ops.BmmOut.Run([ds, kb, dqb]);
            using Tensor dkb = dk.narrow(1, block.FirstKey, block.Keys);      // [groups, keys, head size]
            using Tensor dst = ds.transpose(1, 2);                            // [groups, keys, block]
            dkb.baddbmm_(dst, qb);
            using Tensor dvb = dv.narrow(1, block.FirstKey, block.Keys);      // [groups, keys, head size]
            using Tensor pt = p.transpose(1, 2);                              // [groups, keys, block]
            dvb.baddbmm_(pt, dob);
        }
    }

    /// <summary>
    /// Adds the lowest float to the scores [groups, block, keys] of keys that a query may not see; after the softmax they are exactly 0.
    /// </summary>
    private void ApplyMask(Tensor scores, Block block, int window)
    {
        if (block.Queries == 1)
        {
            return; // the block's keys are exactly those that the one query may see
        }

        var key = (block.Queries, block.Keys, block.Position - block.FirstKey, window);
        if (!_masks.TryGetValue(key, out Tensor mask))
        {
            if (_masks.Count >= MaxMasks)
            {
                DisposeMasks();
            }

            mask = MakeMask(key.Queries, key.Keys, key.Item3, window).to(scores.Device).DetachFromDisposeScope(); // [block, keys]
            _masks[key] = mask;
        }

        scores.add_(mask);
    }

    /// <summary>[block, keys]: 0 where query i of the block, at position <paramref name="first"/> + i among the keys, sees key j.</summary>
    private static Tensor MakeMask(long queries, long keys, long first, int window)
    {
        Tensor mask = torch.zeros([queries, keys]);
        Span<float> cells = mask.AsSpan<float>();
        for (long i = 0; i < queries; i++)
        {
            for (long j = 0; j < keys; j++)
            {
                long distance = first + i - j;
                if (distance < 0 || (window > 0 && distance >= window))
                {
                    cells[(int)((i * keys) + j)] = float.MinValue;
                }
            }
        }

        return mask;
    }

    /// <summary>Releases the probabilities kept for <see cref="Backward"/>.</summary>
    internal void ReleaseProbabilities()
    {
        foreach (Tensor p in _probabilities)
        {
            p.Dispose();
        }

        _probabilities.Clear();
    }

    /// <summary>Releases the cached masks.</summary>
    internal void DisposeMasks()
    {
        foreach (Tensor mask in _masks.Values)
        {
            mask.Dispose();
        }

        _masks.Clear();
    }

    /// <summary>A block of queries, and the keys it multiplies.</summary>
    private readonly struct Block
    {
        internal Block(long first, long queries, long past, int window)
        {
            Queries = queries;
            Position = first + past;
            FirstKey = window > 0 ? Math.Max(0, Position - window + 1) : 0;
            Keys = Position + queries - FirstKey;
        }

        /// <summary>Number of queries.</summary>
        internal long Queries { get; }

        /// <summary>The first query's position among all keys.</summary>
        internal long Position { get; }

        /// <summary>The first key that any of the queries sees.</summary>
        internal long FirstKey { get; }

        /// <summary>Number of keys, from the first.</summary>
        internal long Keys { get; }
    }
}
