using System.Buffers;
using System.Buffers.Binary;

namespace DataForge.Dedup.Ranking;

/// <summary>Writes the rank keys of one part's files in order: an intermediate file of entries (row, length, key).</summary>
internal sealed class RankRunWriter
{
    private readonly ArrayBufferWriter<byte> _keys = new(1 << 16);
    private readonly List<int> _ends = [0];

    /// <summary>The buffer that the key of the next row is appended to; call <see cref="EndRow"/> after it.</summary>
    public ArrayBufferWriter<byte> Keys => _keys;

    /// <summary>Ends a row's key.</summary>
    public void EndRow() => _ends.Add(_keys.WrittenCount);

    /// <summary>Sorts the rows by key and writes them.</summary>
    public void Write(string path)
    {
        int[] rows = [.. Enumerable.Range(0, _ends.Count - 1)];
        Array.Sort(rows, (left, right) =>
        {
            int order = Key(left).SequenceCompareTo(Key(right));
            return order != 0 ? order : left.CompareTo(right);
        });

        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        Span<byte> head = stackalloc byte[8];
        foreach (int row in rows)
        {
            BinaryPrimitives.WriteInt32LittleEndian(head, row);
            BinaryPrimitives.WriteInt32LittleEndian(head[4..], Key(row).Length);
            file.Write(head);
            file.Write(Key(row));
        }
    }

    private ReadOnlySpan<byte> Key(int row) => _keys.WrittenSpan[_ends[row].._ends[row + 1]];
}
