using System.Numerics;

namespace DataForge.Pretrain.Model;

/// <summary>
/// What is faster in one pass over memory than as a row of operators. Sums are taken in a fixed order: the same bytes from run to run,
/// which exact resume rests on.
/// </summary>
internal static unsafe class HostKernels
{
    /// <summary>
    /// The cross-entropy in nats of one row of logits [vocabulary]. Where <paramref name="scale"/> is not 0, the row becomes its
    /// gradient: scale * (softmax - onehot(target)).
    /// </summary>
    internal static double CrossEntropyRow(float* row, int count, long target, float scale)
    {
        float largest = Largest(row, count), chosen = row[target];
        float sum = ExpInPlace(row, count, largest);
        if (scale != 0)
        {
            Scale(row, count, scale / sum);
            row[target] -= scale;
        }

        return Math.Log(sum) + largest - chosen;
    }

    /// <summary>The sum of squares, in double.</summary>
    internal static double SumOfSquares(float* values, int count)
    {
        Vector<double> low = default, high = default;
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(Vector.Load(values + i), out Vector<double> first, out Vector<double> second);
            low += first * first;
            high += second * second;
        }

        double sum = Vector.Sum(low) + Vector.Sum(high);
        for (; i < count; i++)
        {
            sum += (double)values[i] * values[i];
        }

        return sum;
    }

    /// <summary>into += from.</summary>
    internal static void Add(float* into, float* from, int count)
    {
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            (Vector.Load(into + i) + Vector.Load(from + i)).Store(into + i);
        }

        for (; i < count; i++)
        {
            into[i] += from[i];
        }
    }

    /// <summary>The inner product of two vectors.</summary>
    internal static float Dot(float* left, float* right, int count)
    {
        Vector<float> lanes = default;
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            lanes += Vector.Load(left + i) * Vector.Load(right + i);
        }

        float sum = Vector.Sum(lanes);
        for (; i < count; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    /// <summary>into += factor * from.</summary>
    internal static void AddScaled(float* into, float* from, float factor, int count)
    {
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            (Vector.Load(into + i) + (Vector.Load(from + i) * factor)).Store(into + i);
        }

        for (; i < count; i++)
        {
            into[i] += factor * from[i];
        }
    }

    /// <summary>values *= factor.</summary>
    internal static void Scale(float* values, int count, float factor)
    {
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            (Vector.Load(values + i) * factor).Store(values + i);
        }

        for (; i < count; i++)
        {
            values[i] *= factor;
        }
    }

    /// <summary>The largest of at least one value.</summary>
    internal static float Largest(float* values, int count)
    {
        float largest = values[0];
        Vector<float> lanes = new(largest);
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            lanes = Vector.Max(lanes, Vector.Load(values + i));
        }

        for (int lane = 0; lane < Vector<float>.Count; lane++)
        {
            largest = Math.Max(largest, lanes[lane]);
        }

        for (; i < count; i++)
        {
            largest = Math.Max(largest, values[i]);
        }

        return largest;
    }

    /// <summary>x becomes e^(x - shift); returns the sum.</summary>
    internal static float ExpInPlace(float* values, int count, float shift)
    {
        Vector<float> lanes = default;
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> e = Exp(Vector.Load(values + i) - new Vector<float>(shift));
            lanes += e;
            e.Store(values + i);
        }

        float sum = Vector.Sum(lanes);
        for (; i < count; i++)
        {
            values[i] = MathF.Exp(values[i] - shift);
            sum += values[i];
        }

        return sum;
    }

    /// <summary>
    /// e^x to about 1 ulp for x ≤ 0, and 0 below -87.3: e^x = 2^n e^r with |r| ≤ ln 2 / 2, e^r by Cephes' polynomial for expf
    /// (https://www.netlib.org/cephes/).
    /// </summary>
    private static Vector<float> Exp(Vector<float> x)
    {
        Vector<float> lowest = new(-87.3f), clamped = Vector.Max(x, lowest), magic = new(12582912f);
        Vector<float> n = (clamped * 1.44269504f) + magic - magic;     // adding 1.5 * 2^23 rounds to the nearest integer
        Vector<float> r = clamped - (n * 0.693359375f) + (n * 2.12194440e-4f); // ln 2 in two parts, so that n * ln 2 loses nothing
        Vector<float> p = new(1.9875691500e-4f);
        p = (p * r) + new Vector<float>(1.3981999507e-3f);
        p = (p * r) + new Vector<float>(8.3334519073e-3f);
        p = (p * r) + new Vector<float>(4.1665795894e-2f);
        p = (p * r) + new Vector<float>(1.6666665459e-1f);
        p = (p * r) + new Vector<float>(5.0000001201e-1f);
        p = (p * r * r) + r + Vector<float>.One;
        Vector<float> power = Vector.AsVectorSingle((Vector.ConvertToInt32(n) + new Vector<int>(127)) << 23);
        return Vector.ConditionalSelect(Vector.LessThan(x, lowest), Vector<float>.Zero, p * power);
    }
}
