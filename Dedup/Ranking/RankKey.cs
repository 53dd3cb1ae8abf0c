using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using DataForge.Corpus;

namespace DataForge.Dedup.Ranking;

/// <summary>
/// Ranks as bytes whose order is that of <see cref="OccurrenceRank"/>, so that they can be sorted and merged without allocating objects.
/// </summary>
public static class RankKey
{
    /// <summary>
    /// Appends the key of a rank to a buffer. Texts are valid UTF-8. Where the repository's date of creation is unknown,
    /// <paramref name="hasDate"/> is false.
    /// </summary>
    public static void Write(
        ArrayBufferWriter<byte> key, LicenseClass license, int stars, bool isFork,
        bool hasDate, ReadOnlySpan<byte> createdAt, ReadOnlySpan<byte> repository, ReadOnlySpan<byte> path)
    {
        Span<byte> head = key.GetSpan(6);
        head[0] = (byte)license;
        // More stars come first; flipping the sign bit makes the order of signed numbers that of unsigned ones.
        BinaryPrimitives.WriteUInt32BigEndian(head[1..], ~((uint)stars ^ 0x8000_0000));
        head[5] = isFork ? (byte)1 : (byte)0;
        key.Advance(6);
        // OccurrenceRank uses "~" for an unknown date.
        WriteText(key, hasDate ? createdAt : "~"u8);
        WriteText(key, repository);
        WriteText(key, path);
    }

    /// <summary>Appends the key of a rank.</summary>
    public static void Write(ArrayBufferWriter<byte> key, OccurrenceRank rank) => Write(
        key, rank.License, rank.Stars, rank.IsFork, rank.CreatedAt is not null, Encoding.UTF8.GetBytes(rank.CreatedAt ?? ""),
        Encoding.UTF8.GetBytes(rank.Repository), Encoding.UTF8.GetBytes(rank.Path));

    // Ordinal order is that of UTF-16 code units. UTF-8 bytes have the same order with one exception: surrogates (lead bytes F0 to F4) come
    // before U+E000 to U+FFFF (EE and EF). So those two are moved to FE and FF, which UTF-8 does not use. A text ends with 00 00, and a 00
    // in it becomes 00 01, so that a text cannot run into the next.
    private static void WriteText(ArrayBufferWriter<byte> key, ReadOnlySpan<byte> text)
    {
        Span<byte> target = key.GetSpan((2 * text.Length) + 2);
        int length = 0;
        foreach (byte b in text)
        {
            target[length++] = b is 0xEE or 0xEF ? (byte)(b + 0x10) : b;
            if (b == 0)
            {
                target[length++] = 1;
            }
        }

        target[length] = target[length + 1] = 0;
        key.Advance(length + 2);
    }
}
