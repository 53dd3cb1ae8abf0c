using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DataForge.Corpus.Shingling;

namespace DataForge.Dedup.Signatures;

/// <summary>
/// Computes MinHash signatures by one-permutation hashing (Li, Owen, Zhang, NIPS 2012), with empty bins filled by permutations of their
/// own, and the keys of their bands. Not thread-safe.
/// </summary>
/// <remarks>
/// The range of hashes is divided into as many bins as there are permutations; a bin's value is the smallest hash in it. In a sorted set
/// that is the first of each bin, so a signature costs one pass. The value of an empty bin is the minimum of the whole set under a
/// permutation that only this bin has, x ↦ a·x mod 2^64 with a odd.
/// <para>
/// The probability that two sets A and B agree in a bin is exactly their Jaccard similarity J. Where elements of A ∪ B are in the bin, each
/// is the smallest with the same probability, and the sets agree exactly when the smallest is in A ∩ B. (If only one of the sets has
/// elements there, they disagree, correctly: the smallest element is in one set only.) Where no element is in the bin, both take the
/// minimum under the same new permutation, and these agree with probability J again. Borrowing values from other bins (Shrivastava, ICML
/// 2017) is unbiased too, but makes bins dependent; here the bins of a small set are as good as a permutation each.
/// </para>
/// </remarks>
public sealed class SignatureKernel
{
    private const ulong Empty = ulong.MaxValue;
    private readonly ulong[] _factors;
    private readonly ulong[] _bandSeeds;
    private readonly ulong[] _bins;

    /// <summary>Creates a kernel.</summary>
    /// <param name="plan">Bands and rows.</param>
    /// <param name="seed">Seeds the permutations and the bands' keys.</param>
    public SignatureKernel(BandPlan plan, ulong seed)
    {
        Plan = plan;
        _bins = new ulong[plan.Permutations];
        _factors = [.. Enumerable.Range(0, plan.Permutations).Select(i => Hashing.Derive(seed ^ Hashing.K2, i) | 1)];
        _bandSeeds = [.. Enumerable.Range(0, plan.Bands).Select(i => Hashing.Derive(seed ^ Hashing.K3, i))];
    }

    /// <summary>Bands and rows.</summary>
    public BandPlan Plan { get; }

    /// <summary>The signature of a set: a value for each permutation; valid until the next call.</summary>
    /// <param name="set">Distinct hashes in ascending order; at least one.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<ulong> Sign(ReadOnlySpan<ulong> set)
    {
        ulong[] bins = _bins;
        Array.Fill(bins, Empty);
        int filled = -1;
        foreach (ulong hash in set)
        {
            int bin = (int)Math.BigMul(hash, (ulong)bins.Length, out _);
            if (bin != filled)
            {
                bins[bin] = hash;
                filled = bin;
            }
        }

        for (int bin = 0; bin < bins.Length; bin++)
        {
            if (bins[bin] == Empty)
            {
                bins[bin] = Minimum(set, _factors[bin]);
            }
        }

        return bins;
    }

    /// <summary>
    /// The keys of a set's bands: equal keys mean equal rows, except with a probability of 2^-64. No key is 0, which stands for no key.
    /// </summary>
    /// <param name="set">Distinct hashes in ascending order; at least one.</param>
    /// <param name="keys">Receives a key for each band.</param>
    public void BandKeys(ReadOnlySpan<ulong> set, Span<ulong> keys)
    {
        ReadOnlySpan<ulong> rows = Sign(set);
        for (int band = 0; band < _bandSeeds.Length; band++)
        {
            ulong key = _bandSeeds[band];
            foreach (ulong row in rows.Slice(band * Plan.Rows, Plan.Rows))
            {
                key = Hashing.Fold(key ^ row, Hashing.K0);
            }

            keys[band] = Math.Max(1, Hashing.Mix(key));
        }
    }

    private static ulong Minimum(ReadOnlySpan<ulong> set, ulong factor)
    {
        ReadOnlySpan<Vector<ulong>> vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(set);
        ulong minimum = Empty;
        if (vectors.Length > 0)
        {
            var minima = new Vector<ulong>(Empty);
            foreach (Vector<ulong> hashes in vectors)
            {
                minima = Vector.Min(minima, hashes * factor);
            }

            for (int i = 0; i < Vector<ulong>.Count; i++)
            {
                minimum = Math.Min(minimum, minima[i]);
            }
        }

        foreach (ulong hash in set[(vectors.Length * Vector<ulong>.Count)..])
        {
            minimum = Math.Min(minimum, hash * factor);
        }

        return minimum;
    }
}
