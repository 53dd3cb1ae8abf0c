using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace DataForge.Pretrain.Model;

/// <summary>
/// Random numbers by index: number i of a stream is a pure function of the stream and i, so there is no state to save, and any part of a
/// stream can be drawn alone. SplitMix64 over a counter (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014,
/// https://doi.org/10.1145/2714064.2660195).
/// </summary>
public readonly struct CounterRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15; // 2^64 / φ, SplitMix64's increment
    private readonly ulong _key;

    /// <summary>The stream of that name under a seed. Different names give unrelated streams.</summary>
    public CounterRandom(ulong seed, string name)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{name}"), hash);
        _key = BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    /// <summary>64 random bits.</summary>
    public ulong Bits(ulong index)
    {
        ulong z = _key + ((index + 1) * Golden);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double Uniform(ulong index) => (Bits(index) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Two independent standard normal numbers (Box and Muller, 1958, https://doi.org/10.1214/aoms/1177706645).</summary>
    public (double First, double Second) NormalPair(ulong index)
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - Uniform(2 * index)));
        (double sin, double cos) = Math.SinCos(2 * Math.PI * Uniform((2 * index) + 1));
        return (radius * cos, radius * sin);
    }
}
