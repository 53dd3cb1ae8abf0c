namespace DataForge.Forge.Repositories;

/// <summary>SplitMix64 (Steele, Lea and Flood, 2014): the same draws from the same seed on every machine.</summary>
public sealed class SeededDraw(ulong seed)
{
    private ulong _state = seed;

    /// <summary>64 bits.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        ulong mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A whole number from 0 to below a bound of 1 or more.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>A number from 0 to below 1.</summary>
    public double Unit() => (Next() >> 11) / (double)(1UL << 53);
}
