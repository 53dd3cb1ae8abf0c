namespace DataForge.Evaluation.Sandbox;

/// <summary>What a program may use.</summary>
/// <param name="Cpu">
/// Seconds of processor time, of all its threads and of its checker. A program is stopped at twice as many, so that one near the limit is
/// seen.
/// </param>
/// <param name="Memory">Bytes of address space.</param>
/// <param name="Output">Bytes of its output, and of each file that it writes into its folder.</param>
public sealed record ProgramLimits(double Cpu, long Memory = 1L << 30, long Output = 1L << 20)
{
    // On a busy machine a program gets a small share of a processor, and must not be taken for one that sleeps.
    private const double WallFactor = 20, LeastWall = 30;

    /// <summary>Threads a program may have.</summary>
    public int Threads => 64;

    /// <summary>Seconds after which a program is stopped that used little processor time, because it sleeps or waits.</summary>
    public double Wall { get; init; } = Math.Max(LeastWall, Cpu * WallFactor);
}
