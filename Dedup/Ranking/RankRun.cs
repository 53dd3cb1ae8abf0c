using System.Buffers;
using System.Buffers.Binary;
using DataForge.Corpus;

namespace DataForge.Dedup.Ranking;

/// <summary>The rank keys of one part's files, in order: an intermediate file of entries (row, length, key).</summary>
internal sealed class RankRunWriter
{
    private readonly ArrayBufferWriter<byte> _keys = new(1 << 16);
    private readonly List<int> _ends = [0];

    /// <summary>Where the key of the next row goes; call <see cref="EndRow"/> behind it.</summary>
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

/// <summary>Reads a run of rank keys in order.</summary>
internal sealed class RankRunReader(string path) : IDisposable
{
    private const int MaxKey = 1 << 26;
    private readonly FileStream _file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
    private byte[] _key = new byte[256];
    private int _length;

    /// <summary>The row that stands here.</summary>
    public int Row { get; private set; }

    /// <summary>Its key, valid until the next <see cref="MoveNext"/>.</summary>
    public ReadOnlySpan<byte> Key => _key.AsSpan(0, _length);

    /// <summary>Goes to the next row; false at the end.</summary>
    /// <exception cref="DataForgeException">The file is not what was written.</exception>
    public bool MoveNext()
    {
        Span<byte> head = stackalloc byte[8];
        int read = _file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (read == 0)
        {
            return false;
        }

        Row = BinaryPrimitives.ReadInt32LittleEndian(head);
        _length = BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
        if (read < head.Length || _length is < 0 or > MaxKey)
        {
            throw Damaged();
        }

        if (_key.Length < _length)
        {
            _key = new byte[_length];
        }

        return _file.ReadAtLeast(_key.AsSpan(0, _length), _length, throwOnEndOfStream: false) == _length ? true : throw Damaged();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private DataForgeException Damaged() => new($"{path} is damaged: remove it and run the same command again.");
}
