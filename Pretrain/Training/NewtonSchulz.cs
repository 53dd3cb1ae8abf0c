namespace DataForge.Pretrain.Training;

/// <summary>
/// The numbers of Muon's Newton-Schulz iteration, X ← a X + b (X Xᵀ) X + c (X Xᵀ)² X, which brings the singular values of a matrix near 1
/// (https://kellerjordan.github.io/posts/muon/, https://github.com/KellerJordan/Muon/blob/master/muon.py). The coefficients are chosen for
/// a steep slope at 0, not for convergence to 1: five steps leave the singular values between about 0.7 and 1.2.
/// </summary>
internal static class NewtonSchulz
{
    /// <summary>The coefficient of X.</summary>
    internal const double A = 3.4445;

    /// <summary>The coefficient of (X Xᵀ) X.</summary>
    internal const double B = -4.7750;

    /// <summary>The coefficient of (X Xᵀ)² X.</summary>
    internal const double C = 2.0315;

    /// <summary>Steps of the iteration.</summary>
    internal const int Steps = 5;

    /// <summary>Added to the norm that a matrix is divided by at the start, so that a matrix of zeros stays one.</summary>
    internal const double Epsilon = 1e-7;

    /// <summary>The factor of the learning rate for a matrix [rows, columns]: √max(1, rows / columns).</summary>
    internal static double RateFactor(long rows, long columns) => Math.Sqrt(Math.Max(1, (double)rows / columns));
}
