using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DataForge.Parquet.Codecs;

/// <summary>
/// CRC-32 with the polynomial of IEEE 802.3 (reflected 0xEDB88320), as a page header's <c>crc</c> has it
/// (https://github.com/apache/parquet-format#checksumming). Sixteen bytes per step by carry-less multiplication where the processor has it
/// (Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009), else eight by eight tables
/// ("slicing by eight", Kounavis and Berry 2005).
/// </summary>
internal static class Crc32
{
    private static readonly uint[] Tables = MakeTables();

    /// <summary>The CRC of some bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The CRC of some bytes, whose CRC is <paramref name="crc"/>, followed by <paramref name="data"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<uint> t = Tables.AsSpan(0, 8 * 256);
        crc = ~crc;
        if (Pclmulqdq.IsSupported && data.Length >= MinFoldedBytes)
        {
            int folded = data.Length & ~15;
            crc = Fold(crc, data[..folded]);
            data = data[folded..];
        }

        while (data.Length >= 8)
        {
            uint low = crc ^ BinaryPrimitives.ReadUInt32LittleEndian(data);
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            crc = t[(7 * 256) + (int)(low & 0xFF)] ^ t[(6 * 256) + (int)((low >> 8) & 0xFF)]
                ^ t[(5 * 256) + (int)((low >> 16) & 0xFF)] ^ t[(4 * 256) + (int)(low >> 24)]
                ^ t[(3 * 256) + (int)(high & 0xFF)] ^ t[(2 * 256) + (int)((high >> 8) & 0xFF)]
                ^ t[256 + (int)((high >> 16) & 0xFF)] ^ t[(int)(high >> 24)];
            data = data[8..];
        }

        foreach (byte value in data)
        {
            crc = t[(int)((crc ^ value) & 0xFF)] ^ (crc >> 8);
        }

        return ~crc;
    }

    // Shorter data goes through the tables; folding itself needs 64 bytes.
    private const int MinFoldedBytes = 128;

    /// <summary>
    /// The state after a multiple of 16 bytes, at least 64: four lanes of 16 bytes are folded forward, then into one lane, which is reduced
    /// (Barrett).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Fold(uint crc, ReadOnlySpan<byte> data)
    {
        // x^(512+64), x^512, x^(128+64), x^128 and x^64 modulo the polynomial; the polynomial and its inverse; bit-reflected, from the
        // paper.
        Vector128<ulong> by64 = Vector128.Create(0x154442BD4UL, 0x1C6E41596UL);
        Vector128<ulong> by16 = Vector128.Create(0x1751997D0UL, 0x0CCAA009EUL);
        Vector128<ulong> by8 = Vector128.Create(0x163CD6124UL, 0);
        Vector128<ulong> polynomial = Vector128.Create(0x1DB710641UL, 0x1F7011641UL);
        ReadOnlySpan<Vector128<ulong>> lanes = MemoryMarshal.Cast<byte, Vector128<ulong>>(data);
        Vector128<ulong> a = lanes[0] ^ Vector128.CreateScalar(crc).AsUInt64();
        Vector128<ulong> b = lanes[1];
        Vector128<ulong> c = lanes[2];
        Vector128<ulong> d = lanes[3];
        int at = 4;
        for (; at + 4 <= lanes.Length; at += 4)
        {
            a = Forward(a, by64) ^ lanes[at];
            b = Forward(b, by64) ^ lanes[at + 1];
            c = Forward(c, by64) ^ lanes[at + 2];
            d = Forward(d, by64) ^ lanes[at + 3];
        }

        a = Forward(a, by16) ^ b;
        a = Forward(a, by16) ^ c;
        a = Forward(a, by16) ^ d;
        for (; at < lanes.Length; at++)
        {
            a = Forward(a, by16) ^ lanes[at];
        }

        Vector128<ulong> low = Vector128.Create(0xFFFFFFFFUL);
        a = Sse2.ShiftRightLogical128BitLane(a, 8) ^ Pclmulqdq.CarrylessMultiply(a, by16, 0x10);
        a = Sse2.ShiftRightLogical128BitLane(a, 4) ^ Pclmulqdq.CarrylessMultiply(a & low, by8, 0x00);
        Vector128<ulong> quotient = Pclmulqdq.CarrylessMultiply(a & low, polynomial, 0x10);
        return (a ^ Pclmulqdq.CarrylessMultiply(quotient & low, polynomial, 0x00)).AsUInt32().GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Forward(Vector128<ulong> lane, Vector128<ulong> factors) =>
        Pclmulqdq.CarrylessMultiply(lane, factors, 0x00) ^ Pclmulqdq.CarrylessMultiply(lane, factors, 0x11);

    /// <summary>Table k, entry b: the CRC of byte b followed by k zero bytes.</summary>
    private static uint[] MakeTables()
    {
        uint[] tables = new uint[8 * 256];
        for (uint b = 0; b < 256; b++)
        {
            uint crc = b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            }

            tables[b] = crc;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            uint before = tables[i - 256];
            tables[i] = tables[before & 0xFF] ^ (before >> 8);
        }

        return tables;
    }
}
