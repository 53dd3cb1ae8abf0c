using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;

namespace DataForge.Pretrain.Data;

/// <summary>One token shard with its index, validated and memory-mapped: the system loads and evicts pages as needed.</summary>
public sealed unsafe class TokenShard : IDisposable
{
    private readonly MappedFile _tokens, _index;

    /// <summary>Opens a shard.</summary>
    /// <param name="tokenPath">The <c>.bin</c> file; its <c>.idx</c> is beside it.</param>
    /// <exception cref="TokenShardException">A wrong magic number, version or length, or an index that does not fit the tokens.</exception>
    public TokenShard(string tokenPath)
    {
        Path = tokenPath;
        _tokens = new MappedFile(tokenPath, TokenShardFormat.TokenMagic, headerInts: 3);
        try
        {
            _index = new MappedFile(TokenShardFormat.IndexPath(tokenPath), TokenShardFormat.IndexMagic, headerInts: 4);
            Tokens = _tokens.Header[2];
            Documents = _index.Header[2];
            _tokens.RequireLength(Tokens < 0 ? -1 : TokenShardFormat.HeaderLength + (long)Tokens * sizeof(ushort), $"{Tokens} tokens");
            _index.RequireLength(
                Documents < 0 ? -1 : TokenShardFormat.HeaderLength + ((long)Documents + 1) * sizeof(long) + (long)Documents * sizeof(int),
                $"{Documents} documents");
            CheckStarts();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The file of tokens.</summary>
    public string Path { get; }

    /// <summary>The number of documents.</summary>
    public int Documents { get; }

    /// <summary>The number of tokens, bos and eos included.</summary>
    public int Tokens { get; }

    /// <summary>A document's tokens, from bos to eos. Valid until the shard is disposed.</summary>
    public ReadOnlySpan<ushort> Document(int document)
    {
        int start = (int)Starts[document];
        return new ReadOnlySpan<ushort>(_tokens.Start + TokenShardFormat.HeaderLength, Tokens)[start..(int)Starts[document + 1]];
    }

    /// <summary>All tokens, document after document. Valid until the shard is disposed.</summary>
    public ReadOnlySpan<ushort> AllTokens => new(_tokens.Start + TokenShardFormat.HeaderLength, Tokens);

    /// <summary>Number of tokens of a document.</summary>
    public int Length(int document) => (int)(Starts[document + 1] - Starts[document]);

    /// <summary>The stars of a document's repository.</summary>
    public int Stars(int document) =>
        new ReadOnlySpan<int>(_index.Start + TokenShardFormat.HeaderLength + ((long)Documents + 1) * sizeof(long), Documents)[document];

    /// <summary>
    /// Adds the shard to a hash: the whole index, and all tokens up to 64 MB; of a larger shard a sample of 64 MB, 4 KB out of each
    /// 1/16384 of it, so that a start does not take minutes on a large corpus.
    /// </summary>
    public void AppendTo(IncrementalHash hash)
    {
        for (long at = 0; at < _index.Length; at += 1 << 30)
        {
            hash.AppendData(new ReadOnlySpan<byte>(_index.Start + at, (int)Math.Min(1 << 30, _index.Length - at)));
        }

        const long whole = 64L << 20, piece = 4096;
        long stride = _tokens.Length <= whole ? piece : _tokens.Length / (whole / piece);
        for (long at = 0; at < _tokens.Length; at += stride)
        {
            hash.AppendData(new ReadOnlySpan<byte>(_tokens.Start + at, (int)Math.Min(piece, _tokens.Length - at)));
        }
    }

    /// <summary>Closes the files; spans handed out are no longer valid.</summary>
    public void Dispose()
    {
        _tokens.Dispose();
        _index?.Dispose();
    }

    private ReadOnlySpan<long> Starts => new(_index.Start + TokenShardFormat.HeaderLength, Documents + 1);

    private void CheckStarts()
    {
        ReadOnlySpan<long> starts = Starts;
        bool isAscending = starts[0] == 0 && starts[^1] == Tokens && _index.Header[3] == Tokens;
        for (int i = 0; i + 1 < starts.Length && isAscending; i++)
        {
            isAscending = starts[i] < starts[i + 1];
        }

        if (!isAscending)
        {
            throw new TokenShardException(
                _index.Path, $"its documents do not fill the {Tokens} tokens of {System.IO.Path.GetFileName(Path)}");
        }
    }

    /// <summary>A file mapped for reading, its header checked.</summary>
    private sealed class MappedFile : IDisposable
    {
        private readonly MemoryMappedFile _file;
        private readonly MemoryMappedViewAccessor _view;
        private readonly int _headerInts;
        private byte* _start;

        /// <summary>Maps a file.</summary>
        /// <param name="path">The file.</param>
        /// <param name="magic">The magic number it must start with.</param>
        /// <param name="headerInts">How many numbers of the header are used.</param>
        /// <exception cref="TokenShardException">It is missing, too short, or has another magic number or version.</exception>
        public MappedFile(string path, int magic, int headerInts)
        {
            Path = path;
            _headerInts = headerInts;
            if (!BitConverter.IsLittleEndian)
            {
                throw new PlatformNotSupportedException("Token shards are mapped as little-endian; a big-endian machine cannot read them.");
            }

            if (!File.Exists(path))
            {
                throw new TokenShardException(path, "the file is missing");
            }

            Length = new FileInfo(path).Length;
            if (Length < TokenShardFormat.HeaderLength)
            {
                throw new TokenShardException(path, $"{Length} bytes are fewer than the header's {TokenShardFormat.HeaderLength}");
            }

            _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
            _view = _file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
            _start += _view.PointerOffset;
            if (Header[0] != magic || Header[1] != TokenShardFormat.Version)
            {
                string fault = Header[0] != magic
                    ? $"the magic number is {Header[0]}, not {magic}; it was never completed, or it is not a token shard"
                    : $"it is of version {Header[1]}, and this program reads version {TokenShardFormat.Version}";
                Dispose();
                throw new TokenShardException(path, fault);
            }
        }

        /// <summary>The file's path.</summary>
        public string Path { get; }

        /// <summary>The file's length in bytes.</summary>
        public long Length { get; }

        /// <summary>The first byte.</summary>
        /// <exception cref="ObjectDisposedException">The file was closed.</exception>
        public byte* Start => _start != null ? _start : throw new ObjectDisposedException(Path);

        /// <summary>The numbers at the start of the header.</summary>
        public ReadOnlySpan<int> Header => new(Start, _headerInts);

        /// <summary>Checks the length.</summary>
        /// <param name="expected">The length that the header implies, in bytes.</param>
        /// <param name="content">What the header states, for the message.</param>
        /// <exception cref="TokenShardException">The file has another length.</exception>
        public void RequireLength(long expected, string content)
        {
            if (Length != expected)
            {
                throw new TokenShardException(
                    Path, $"{Length} bytes do not fit the {content} that its header states; it is cut short or damaged");
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            if (_start != null)
            {
                _start = null;
                _view.SafeMemoryMappedViewHandle.ReleasePointer();
                _view.Dispose();
                _file.Dispose();
            }
        }
    }
}
