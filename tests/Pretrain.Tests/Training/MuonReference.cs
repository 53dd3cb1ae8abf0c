namespace DataForge.Pretrain.Tests.Training;

/// <summary>
/// Muon as https://kellerjordan.github.io/posts/muon/ writes it down, in plain loops over doubles: what the engines are compared with.
/// </summary>
internal sealed class MuonReference(int rows, int columns, double[] values, double momentum, double weightDecay)
{
    private readonly double[] _mean = new double[rows * columns];

    /// <summary>[rows, columns]: the matrix.</summary>
    internal double[] Values { get; } = values;

    /// <summary>One update.</summary>
    internal void Step(ReadOnlySpan<float> gradient, double scale, double learningRate)
    {
        double[,] x = new double[rows, columns];
        for (int i = 0; i < _mean.Length; i++)
        {
            _mean[i] = (momentum * _mean[i]) + ((1 - momentum) * scale * gradient[i]);
            x[i / columns, i % columns] = (momentum * _mean[i]) + ((1 - momentum) * scale * gradient[i]);
        }

        double[,] update = Orthogonalize(x);
        double rate = learningRate * Math.Sqrt(Math.Max(1, (double)rows / columns));
        for (int i = 0; i < _mean.Length; i++)
        {
            Values[i] = (Values[i] * (1 - (learningRate * weightDecay))) - (rate * update[i / columns, i % columns]);
        }
    }

    /// <summary>Five steps of X ← 3.4445 X - 4.7750 (X Xᵀ) X + 2.0315 (X Xᵀ)² X, from X divided by its norm.</summary>
    private static double[,] Orthogonalize(double[,] x)
    {
        double norm = Math.Sqrt(x.Cast<double>().Sum(value => value * value)) + 1e-7;
        x = Combine(x, x, 1 / norm, 0);
        for (int i = 0; i < 5; i++)
        {
            double[,] outer = Multiply(x, Transpose(x));
            double[,] once = Multiply(outer, x), twice = Multiply(outer, once);
            x = Combine(Combine(x, once, 3.4445, -4.7750), twice, 1, 2.0315);
        }

        return x;
    }

    private static double[,] Combine(double[,] a, double[,] b, double factorOfA, double factorOfB)
    {
        double[,] sum = new double[a.GetLength(0), a.GetLength(1)];
        for (int i = 0; i < sum.GetLength(0); i++)
        {
            for (int j = 0; j < sum.GetLength(1); j++)
            {
                sum[i, j] = (factorOfA * a[i, j]) + (factorOfB * b[i, j]);
            }
        }

        return sum;
    }

    private static double[,] Transpose(double[,] a)
    {
        double[,] transposed = new double[a.GetLength(1), a.GetLength(0)];
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < a.GetLength(1); j++)
            {
                transposed[j, i] = a[i, j];
            }
        }

        return transposed;
    }

    private static double[,] Multiply(double[,] a, double[,] b)
    {
        double[,] product = new double[a.GetLength(0), b.GetLength(1)];
        for (int i = 0; i < product.GetLength(0); i++)
        {
            for (int j = 0; j < product.GetLength(1); j++)
            {
                for (int k = 0; k < a.GetLength(1); k++)
                {
                    product[i, j] += a[i, k] * b[k, j];
                }
            }
        }

        return product;
    }
}
