using System.Numerics;
using System.Runtime.InteropServices;
using DataForge.Dedup.Signatures;

namespace DataForge.Dedup.Selection;

/// <summary>
/// Sketches of one byte for each of 256 MinHash rows. They rule out most exact comparisons where a file has many kept files in its hot
/// buckets. They are made when first needed. Memory: 8 bytes per file once a sketch is needed, and 280 for each file with a sketch.
/// </summary>
/// <remarks>
/// Rows of two files with similarity t agree with probability t each, and bytes agree wherever rows do. So the number of agreeing bytes is
/// at least a binomial variable (256, t); the rows of one permutation depend on each other in a way that only reduces its variance. A pair
/// is ruled out when fewer bytes agree than such a variable has except with probability 1e-8: fewer than 182 at 0.85, which rules out pairs
/// at 0.70 almost always. So a pair at or above the threshold is lost here with a probability of at most 1e-8, a hundredth of what bands
/// lose.
/// </remarks>
internal sealed class Sketches
{
    /// <summary>Rows of a sketch, each of one byte.</summary>
    public const int Rows = 256;

    /// <summary>The probability that a pair at the threshold is ruled out.</summary>
    public const double LossProbability = 1e-8;

    private readonly IShingleSets _sets;
    private readonly int _files;
    private readonly ulong _seed;
    private byte[]?[]? _sketches;

    /// <summary>Creates an empty collection of sketches.</summary>
    /// <param name="sets">The shingle sets.</param>
    /// <param name="files">Number of files.</param>
    /// <param name="threshold">The Jaccard similarity from which on two files are near duplicates.</param>
    /// <param name="seed">Seeds the permutations.</param>
    public Sketches(IShingleSets sets, int files, double threshold, ulong seed)
    {
        (_sets, _files, _seed) = (sets, files, seed);
        MinAgreeing = Quantile(threshold);
    }

    /// <summary>How many bytes must agree at least for an exact comparison.</summary>
    public int MinAgreeing { get; }

    /// <summary>Creates a kernel for one thread.</summary>
    public SignatureKernel NewKernel() => new(new BandPlan(1, Rows), _seed);

    /// <summary>The sketch of a file. Thread-safe: two threads that make the same sketch make equal ones.</summary>
    public byte[] Of(int rank, SignatureKernel kernel, ref ulong[] buffer)
    {
        byte[]?[] all = Volatile.Read(ref _sketches) ?? LazyInitializer.EnsureInitialized(ref _sketches, NewTable)!;
        byte[]? sketch = Volatile.Read(ref all[rank]);
        if (sketch is null)
        {
            sketch = Make(_sets.Get(rank, ref buffer), kernel);
            Volatile.Write(ref all[rank], sketch);
        }

        return sketch;
    }

    /// <summary>Makes a sketch of a set.</summary>
    public static byte[] Make(ReadOnlySpan<ulong> set, SignatureKernel kernel)
    {
        ReadOnlySpan<ulong> rows = kernel.Sign(set);
        var sketch = new byte[Rows];
        for (int i = 0; i < sketch.Length; i++)
        {
            // The first bits of a minimal hash are mostly 0 and the next are its bin; the last bits are as good as random.
            sketch[i] = (byte)rows[i];
        }

        return sketch;
    }

    /// <summary>The number of bytes in which two sketches agree.</summary>
    public static int CountAgreeing(byte[] left, byte[] right)
    {
        ReadOnlySpan<Vector<byte>> a = MemoryMarshal.Cast<byte, Vector<byte>>(left);
        ReadOnlySpan<Vector<byte>> b = MemoryMarshal.Cast<byte, Vector<byte>>(right);
        // Equal bytes give 255, which is −1: at most 16 vectors are subtracted, so no byte overflows.
        Vector<byte> counts = default;
        for (int i = 0; i < a.Length; i++)
        {
            counts -= Vector.Equals(a[i], b[i]);
        }

        Vector.Widen(counts, out Vector<ushort> low, out Vector<ushort> high);
        return Vector.Sum(low + high);
    }

    // The largest c for which a binomial variable (256, p) is below c with a probability of at most LossProbability.
    private static int Quantile(double p)
    {
        double below = 0;
        double logChoose = 0;
        for (int c = 0; c < Rows; c++)
        {
            // P(X = c) in logarithms: 256! overflows.
            below += p >= 1 ? 0 : Math.Exp(logChoose + (c * Math.Log(p)) + ((Rows - c) * Math.Log(1 - p)));
            if (below > LossProbability)
            {
                return c;
            }

            logChoose += Math.Log(Rows - c) - Math.Log(c + 1);
        }

        return Rows;
    }

    private byte[]?[] NewTable() => new byte[_files][];
}
