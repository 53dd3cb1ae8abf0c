using System.Buffers.Binary;

namespace DataForge.Parquet.Tests;

/// <summary>Damages a Parquet file in one to four places, half of the time in its footer.</summary>
internal static class Mutation
{
    private static readonly int[] Extremes = [0, 1, -1, int.MaxValue, int.MinValue, 0x7FFFFFF0, 1 << 20, 255, 127, 128];

    public static byte[] Apply(byte[] original, byte[] other, Random random)
    {
        byte[] bytes = [.. original];
        for (int i = random.Next(1, 5); i > 0 && bytes.Length > 0; i--)
        {
            bytes = Once(bytes, other, random);
        }

        return bytes;
    }

    private static byte[] Once(byte[] bytes, byte[] other, Random random)
    {
        int at = Place(bytes, random);
        int length = Math.Min(random.Next(1, 16), bytes.Length - at);
        switch (random.Next(9))
        {
            case 0 or 1:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 2:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 3:
                bytes[at] += random.Next(2) == 0 ? (byte)1 : (byte)255;
                return bytes;
            case 4 when at + 4 <= bytes.Length:
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), Extremes[random.Next(Extremes.Length)]);
                return bytes;
            case 5:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 6:
                byte[] inserted = new byte[length];
                random.NextBytes(inserted);
                return [.. bytes[..at], .. inserted, .. bytes[at..]];
            case 7:
                int from = random.Next(other.Length);
                int count = Math.Min(random.Next(1, 64), Math.Min(other.Length - from, bytes.Length - at));
                other.AsSpan(from, count).CopyTo(bytes.AsSpan(at));
                return bytes;
            case 8 when random.Next(4) == 0:
                return bytes[..at];
            default:
                bytes.AsSpan(at, length).Fill((byte)(random.Next(2) * 255));
                return bytes;
        }
    }

    /// <summary>Anywhere, or in the footer, or near a page's header at the file's beginning.</summary>
    private static int Place(byte[] bytes, Random random)
    {
        int footer = bytes.Length > 12 ? BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(bytes.Length - 8)) : 0;
        bool hasFooter = footer > 0 && footer <= bytes.Length - 8;
        return random.Next(4) switch
        {
            0 or 1 when hasFooter => bytes.Length - 8 - random.Next(footer + 1),
            2 => random.Next(Math.Min(bytes.Length, 100)),
            _ => random.Next(bytes.Length),
        };
    }
}
