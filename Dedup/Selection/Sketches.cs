using System.Numerics;
using System.Runtime.InteropServices;
using DataForge.Dedup.Signatures;

namespace DataForge.Dedup.Selection;

/// <summary>
/// A byte each of 256 MinHash rows, to spare most exact comparisons where a file meets many kept ones in a hot bucket. Made when first asked for.
/// Memory: 8 bytes a file once a crowd has been met, and 280 for each file that was in one.
/// </summary>
/// <remarks>
/// Rows of a file pair at similarity t agree with chance t each, and bytes agree at least where rows do, so the number of agreeing bytes is no less than a
/// binomial variable (256, t); rows of one permutation are tied together in a way that only narrows it. A pair is spared when fewer bytes agree than such a variable
/// has with a chance of 1e-8: fewer than 182 at 0.85, which spares pairs at 0.70 almost always. So a pair at or above the threshold is lost here with at most
/// 1e-8, a hundredth of what bands lose.
/// </remarks>
internal sealed class Sketches
{
    /// <summary>Rows, and bytes, in a sketch.</summary>
    public const int Rows = 256;

    /// <summary>The chance that a pair at the threshold is spared.</summary>
    public const double LossProbability = 1e-8;

    private readonly IShingleSets _sets;
    private readonly int _files;
    private readonly ulong _seed;
    private byte[]?[]? _sketches;

    public Sketches(IShingleSets sets, int files, double threshold, ulong seed)
    {
        (_sets, _files, _seed) = (sets, files, seed);
        FewestAgreeing = Quantile(threshold);
    }

    /// <summary>Bytes that must agree.</summary>
    public int FewestAgreeing { get; }

    /// <summary>A kernel for one thread.</summary>
    public SignatureKernel NewKernel() => new(new BandPlan(1, Rows), _seed);

    /// <summary>The sketch of a file. Safe from several threads: two that make the same one make equal ones.</summary>
    public byte[] Of(int rank, SignatureKernel kernel, ref ulong[] buffer)
    {
        byte[]?[] all = LazyInitializer.EnsureInitialized(ref _sketches, () => new byte[_files][])!;
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
            // The first bits of a least hash are mostly 0, and its next name the bin: the last ones are as good as random.
            sketch[i] = (byte)rows[i];
        }

        return sketch;
    }

    /// <summary>Bytes in which two sketches agree.</summary>
    public static int Agreeing(byte[] left, byte[] right)
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

    // The largest c for which a binomial variable (256, p) is below c with a chance of at most LossProbability.
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
}
