using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DataForge.Pretrain.Data;

/// <summary>
/// Writes one token shard and its index (<see cref="TokenShardFormat"/>). They are not valid before <see cref="Complete"/>.
/// </summary>
public sealed class TokenShardWriter : IDisposable
{
    private readonly FileStream _tokenFile, _indexFile;
    private readonly List<int> _stars = [];
    private readonly byte[] _number = new byte[sizeof(long)];

    /// <summary>Creates a shard; existing files are overwritten.</summary>
    /// <param name="tokenPath">The file of tokens.</param>
    /// <param name="indexPath">The index.</param>
    public TokenShardWriter(string tokenPath, string indexPath)
    {
        _tokenFile = Create(tokenPath);
        _indexFile = Create(indexPath);
        WriteStart();
    }

    /// <summary>Documents so far.</summary>
    public int Documents => _stars.Count;

    /// <summary>Tokens so far, bos and eos included.</summary>
    public int Tokens { get; private set; }

    /// <summary>Whether a document of that many tokens still fits.</summary>
    public bool HasRoom(int tokens) => tokens <= TokenShardFormat.MaxTokens - Tokens;

    /// <summary>Adds a document.</summary>
    /// <param name="tokens">The document as it is trained on: bos, its tokens, eos.</param>
    /// <param name="repositoryStars">The stars of its repository, 0 if unknown; at least 0.</param>
    public void Add(ReadOnlySpan<ushort> tokens, int repositoryStars = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(repositoryStars);
        if (tokens.IsEmpty || !HasRoom(tokens.Length))
        {
            throw new ArgumentException($"A document of {tokens.Length} tokens cannot be added to a shard of {Tokens}.", nameof(tokens));
        }

        WriteTokens(tokens);
        Tokens += tokens.Length;
        _stars.Add(repositoryStars);
        WriteStart();
    }

    /// <summary>Writes the rest and the headers, and flushes both files to disk.</summary>
    public void Complete()
    {
        foreach (int count in _stars)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_number, count);
            _indexFile.Write(_number, 0, sizeof(int));
        }

        WriteHeader(_tokenFile, [TokenShardFormat.TokenMagic, TokenShardFormat.Version, Tokens]);
        WriteHeader(_indexFile, [TokenShardFormat.IndexMagic, TokenShardFormat.Version, Documents, Tokens]);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        _tokenFile.Dispose();
        _indexFile.Dispose();
    }

    private static FileStream Create(string path)
    {
        FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 18);
        file.Write(new byte[TokenShardFormat.HeaderLength]); // zeros: no reader accepts them as a header
        return file;
    }

    private static void WriteHeader(FileStream file, ReadOnlySpan<int> values)
    {
        Span<byte> header = stackalloc byte[values.Length * sizeof(int)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header[(i * sizeof(int))..], values[i]);
        }

        file.Flush(flushToDisk: true); // the content first, so that a header never describes bytes that are not on disk
        file.Position = 0;
        file.Write(header);
        file.Flush(flushToDisk: true);
    }

    private void WriteStart()
    {
        BinaryPrimitives.WriteInt64LittleEndian(_number, Tokens);
        _indexFile.Write(_number);
    }

    private void WriteTokens(ReadOnlySpan<ushort> tokens)
    {
        if (BitConverter.IsLittleEndian)
        {
            _tokenFile.Write(MemoryMarshal.AsBytes(tokens));
            return;
        }

        ushort[] swapped = ArrayPool<ushort>.Shared.Rent(tokens.Length);
        BinaryPrimitives.ReverseEndianness(tokens, swapped);
        _tokenFile.Write(MemoryMarshal.AsBytes(swapped.AsSpan(0, tokens.Length)));
        ArrayPool<ushort>.Shared.Return(swapped);
    }
}
