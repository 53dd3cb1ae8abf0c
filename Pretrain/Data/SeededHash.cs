using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace DataForge.Pretrain.Data;

/// <summary>Pseudo-random numbers from a seed and a name, the same on every machine and in any order.</summary>
public static class SeededHash
{
    /// <summary>64 bits of SHA-256 over the seed and a name.</summary>
    public static ulong Of(ulong seed, string name)
    {
        byte[] bytes = new byte[sizeof(ulong) + Encoding.UTF8.GetByteCount(name)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, seed);
        Encoding.UTF8.GetBytes(name, bytes.AsSpan(sizeof(ulong)));
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(bytes));
    }

    /// <summary>64 bits of a seed and a number.</summary>
    public static ulong Of(ulong seed, ulong number) => Mix(Mix(seed) ^ number);

    /// <summary>
    /// SplitMix64's finaliser (<see href="https://prng.di.unimi.it/splitmix64.c"/>): a bijection in which every input bit affects every
    /// output bit.
    /// </summary>
    internal static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
