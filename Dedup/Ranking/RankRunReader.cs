using System.Buffers.Binary;
using DataForge.Corpus;

namespace DataForge.Dedup.Ranking;

/// <summary>Reads the rank keys of one part's files in order (<see cref="RankRunWriter"/>).</summary>
internal sealed class RankRunReader(string path) : IDisposable
{
    // 64 MiB: no repository name and path are that long, so a longer key means that the file is damaged.
    private const int MaxKey = 1 << 26;
    private readonly FileStream _file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
    private byte[] _key = new byte[256];
    private int _length;

    /// <summary>The current row.</summary>
    public int Row { get; private set; }

    /// <summary>Its key, valid until the next <see cref="MoveNext"/>.</summary>
    public ReadOnlySpan<byte> Key => _key.AsSpan(0, _length);

    /// <summary>Moves to the next row; false at the end.</summary>
    /// <exception cref="DataForgeException">The file is damaged.</exception>
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

        bool isWhole = _file.ReadAtLeast(_key.AsSpan(0, _length), _length, throwOnEndOfStream: false) == _length;
        return isWhole ? true : throw Damaged();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private DataForgeException Damaged() => new($"{path} is damaged: remove it and run the same command again.");
}
