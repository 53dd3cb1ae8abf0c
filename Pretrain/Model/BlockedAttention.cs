using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// softmax(q kᵀ) v over earlier positions: GPT-Neo's attention, whose scores are not divided by √d. Queries are taken a block at a time
/// and meet only the keys they may see: half the work of the full square for global layers, and linear instead of quadratic in T for
/// local ones; no mask larger than one block is ever made.
/// </summary>
internal sealed class BlockedAttention
{
    private const int QueryBlock = 128;
    private readonly Dictionary<(long Queries, long Keys, long First, int Window), Tensor> _masks = [];
    private readonly List<Tensor> _probabilities = [];

    /// <summary>
    /// The last Tq of Tk positions ask: q [G, Tq, d], k and v [G, Tk, d] to [G, Tq, d], where G counts batch × heads.
    /// <paramref name="window"/> is how many positions are seen, the own one included; 0 means all. The probabilities are kept for
    /// <see cref="Backward"/>.
    /// </summary>
    internal Tensor Forward(Tensor q, Tensor k, Tensor v, int window)
    {
        _probabilities.Clear();
        long queries = q.Size(1);
        long past = k.Size(1) - queries;
        Tensor output = torch.empty([q.Size(0), queries, q.Size(2)], device: q.Device); // [G, Tq, d]
        for (long first = 0; first < queries; first += QueryBlock)
        {
            Block block = new(first, Math.Min(QueryBlock, queries - first), past, window);
            using Tensor qb = q.narrow(1, first, block.Queries);              // [G, b, d]
            using Tensor kb = k.narrow(1, block.FirstKey, block.Keys);        // [G, n, d]
            using Tensor vb = v.narrow(1, block.FirstKey, block.Keys);        // [G, n, d]
            using Tensor kt = kb.transpose(1, 2);                             // [G, d, n]
            using Tensor scores = qb.bmm(kt);                                 // [G, b, n]
            ApplyMask(scores, block, window);
            Tensor p = scores.softmax(-1);                                    // [G, b, n]
            using Tensor ob = output.narrow(1, first, block.Queries);         // [G, b, d]
            Ops.BmmOut.Run([p, vb, ob]);
            _probabilities.Add(p);
        }

        return output;
    }

    /// <summary>Writes the gradients of q, k and v [G, T, d], given that of the output; for the last <see cref="Forward"/>, which had no past.</summary>
    internal void Backward(Tensor dOut, Tensor q, Tensor k, Tensor v, Tensor dq, Tensor dk, Tensor dv, int window)
    {
        long queries = q.Size(1);
        dk.zero_();
        dv.zero_();
        for (int i = 0; i < _probabilities.Count; i++)
        {
            long first = (long)i * QueryBlock;
            Block block = new(first, Math.Min(QueryBlock, queries - first), 0, window);
            using Tensor p = _probabilities[i];                                // [G, b, n]
            using Tensor qb = q.narrow(1, first, block.Queries);              // [G, b, d]
            using Tensor kb = k.narrow(1, block.FirstKey, block.Keys);        // [G, n, d]
            using Tensor vb = v.narrow(1, block.FirstKey, block.Keys);        // [G, n, d]
            using Tensor vt = vb.transpose(1, 2);                             // [G, d, n]
            using Tensor dob = dOut.narrow(1, first, block.Queries);          // [G, b, d]
            using Tensor dp = dob.bmm(vt);                                    // [G, b, n]
            using Tensor ds = Functional.SoftmaxBackward(dp, p);              // [G, b, n]
            using Tensor dqb = dq.narrow(1, first, block.Queries);            // [G, b, d]
            Ops.BmmOut.Run([ds, kb, dqb]);
            using Tensor dkb = dk.narrow(1, block.FirstKey, block.Keys);      // [G, n, d]
            using Tensor dst = ds.transpose(1, 2);                            // [G, n, b]
            dkb.baddbmm_(dst, qb);
            using Tensor dvb = dv.narrow(1, block.FirstKey, block.Keys);      // [G, n, d]
            using Tensor pt = p.transpose(1, 2);                              // [G, n, b]
            dvb.baddbmm_(pt, dob);
        }
    }

    /// <summary>Adds the lowest float to the scores that a query may not see; after the softmax they are exactly 0.</summary>
    private void ApplyMask(Tensor scores, Block block, int window)
    {
        if (block.Queries == 1)
        {
            return; // its keys are exactly those it may see
        }

        var key = (block.Queries, block.Keys, block.Position - block.FirstKey, window);
        if (!_masks.TryGetValue(key, out Tensor mask))
        {
            if (_masks.Count >= 64)
            {
                DisposeMasks();
            }

            _masks[key] = mask = MakeMask(key.Queries, key.Keys, key.Item3, window).to(scores.Device).DetachFromDisposeScope();
        }

        scores.add_(mask);
    }

    /// <summary>[b, n]: 0 where query i of the block, at position <paramref name="first"/> + i among the keys, sees key j.</summary>
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

    /// <summary>Lets go of the probabilities kept for <see cref="Backward"/>.</summary>
    internal void ReleaseProbabilities()
    {
        foreach (Tensor p in _probabilities)
        {
            p.Dispose();
        }

        _probabilities.Clear();
    }

    /// <summary>Releases the masks that are kept.</summary>
    internal void DisposeMasks()
    {
        foreach (Tensor mask in _masks.Values)
        {
            mask.Dispose();
        }

        _masks.Clear();
    }

    /// <summary>Which keys a block of queries meets.</summary>
    private readonly struct Block
    {
        internal Block(long first, long queries, long past, int window)
        {
            Queries = queries;
            Position = first + past;
            FirstKey = window > 0 ? Math.Max(0, Position - window + 1) : 0;
            Keys = Position + queries - FirstKey;
        }

        /// <summary>How many queries.</summary>
        internal long Queries { get; }

        /// <summary>The first query's position among all keys.</summary>
        internal long Position { get; }

        /// <summary>The first key that any of them sees.</summary>
        internal long FirstKey { get; }

        /// <summary>How many keys from there.</summary>
        internal long Keys { get; }
    }
}
