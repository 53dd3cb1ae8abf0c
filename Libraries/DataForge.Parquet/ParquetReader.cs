using System.Buffers;
using System.Buffers.Binary;
using DataForge.Parquet.Codecs;
using DataForge.Parquet.Metadata;
using DataForge.Parquet.Reading;

namespace DataForge.Parquet;

/// <summary>
/// Reads a Parquet file (https://github.com/apache/parquet-format) row group by row group, only the columns asked for. Files need not be
/// trusted: malformed content raises <see cref="ParquetException"/> and nothing else, within the memory of
/// <see cref="ParquetReaderOptions.MemoryLimit"/>. Not thread-safe; readers of the same file may run side by side.
/// </summary>
public sealed class ParquetReader : IDisposable
{
    /// <summary>A footer above this is refused. Fifty columns in ten thousand row groups stay below it.</summary>
    private const int MaxFooterBytes = 64 << 20;

    /// <summary>What a column chunk's size may lack. parquet-cpp allows the same.</summary>
    private const int MaxMissingHeader = 100;

    private const int TrailerBytes = 8; // the footer's length and the magic

    private readonly Stream stream;
    private readonly bool ownsStream;
    private readonly ParquetReaderOptions options;
    private readonly FileMetadata file;
    private readonly List<ParquetNode> leaves;
    private readonly PageDecompressor decompressor = new();
    private readonly long dataEnd;

    /// <param name="stream">The file; must seek, and stays open.</param>
    /// <exception cref="ParquetException">The stream holds no Parquet file, or one with an unsupported feature.</exception>
    public ParquetReader(Stream stream, ParquetReaderOptions? options = null) : this(stream, options, ownsStream: false)
    {
    }

    private ParquetReader(Stream stream, ParquetReaderOptions? options, bool ownsStream)
    {
        this.stream = stream;
        this.ownsStream = ownsStream;
        this.options = options ?? new ParquetReaderOptions();
        file = ReadFooter(out dataEnd);
        (Root, leaves) = SchemaTree.Build(file.Schema);
        Schema = SchemaTree.Simplify(Root);
        RowCount = CheckRows();
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        foreach ((string key, string value) in file.KeyValues)
        {
            metadata[key] = value;
        }

        Metadata = metadata;
    }

    /// <summary>
    /// The columns that <see cref="ParquetRowGroup"/>'s typed views give: flat ones and lists of plain values, by physical type. Fixed-length
    /// and INT96 values count as Binary; what decimals, dates and the like mean is said in <see cref="Root"/>, where nested columns stand too.
    /// </summary>
    public ParquetSchema Schema { get; }

    /// <summary>The whole schema: its children are the table's columns.</summary>
    public ParquetNode Root { get; }

    public long RowCount { get; }

    public int RowGroupCount => file.RowGroups.Count;

    /// <summary>The footer's key-value metadata; of a key that stands twice, the last.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The writer's name for itself, or null.</summary>
    public string? CreatedBy => file.CreatedBy;

    /// <exception cref="ParquetException">The file is no Parquet file, or has an unsupported feature.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ParquetReader Open(string path, ParquetReaderOptions? options = null)
    {
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.RandomAccess);
        try
        {
            return new ParquetReader(stream, options, ownsStream: true);
        }
        catch (ParquetException fault)
        {
            stream.Dispose();
            throw new ParquetException($"{path}: {fault.Message}", fault);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Rows of a row group, 0 to <see cref="RowGroupCount"/> - 1.</summary>
    public long RowGroupRows(int index) => file.RowGroups[index].NumRows;

    /// <summary>
    /// Reads a row group's columns, all of them where none is named. The result holds pooled memory until it is disposed; values taken from
    /// it must be copied before that.
    /// </summary>
    /// <exception cref="ArgumentException">The file has no column of that name.</exception>
    /// <exception cref="ParquetException">A column is malformed, or uses a feature that is not supported.</exception>
    public ParquetRowGroup ReadRowGroup(int index, params string[] columns)
    {
        RowGroupMetadata group = file.RowGroups[index];
        List<ParquetNode> wanted = columns.Length == 0 ? [.. Root.Children] : [.. columns.Select(Column)];
        List<ParquetNode> wantedLeaves = [];
        wanted.ForEach(node => AddLeaves(node, wantedLeaves));
        long stored = 0;
        foreach (ParquetNode leaf in wantedLeaves)
        {
            stored += Locate(leaf, group.Columns[leaf.LeafIndex]).Length;
        }

        MemoryBudget budget = new(options.LimitFor(stored));
        ChunkReader reader = new(decompressor, options.VerifyChecksums);
        LeafValues?[] values = new LeafValues?[leaves.Count];
        try
        {
            foreach (ParquetNode leaf in wantedLeaves)
            {
                values[leaf.LeafIndex] ??= ReadChunk(reader, leaf, group.Columns[leaf.LeafIndex], (int)group.NumRows, budget);
            }

            return new ParquetRowGroup((int)group.NumRows, wanted, values);
        }
        catch
        {
            foreach (LeafValues? leaf in values)
            {
                leaf?.Dispose();
            }

            throw;
        }
    }

    public void Dispose()
    {
        decompressor.Dispose();
        if (ownsStream)
        {
            stream.Dispose();
        }
    }

    private ParquetNode Column(string name) =>
        Root.Children.FirstOrDefault(node => node.Name == name) ?? throw new ArgumentException($"the file has no column '{name}'", nameof(name));

    private static void AddLeaves(ParquetNode node, List<ParquetNode> found)
    {
        if (node.IsLeaf)
        {
            found.Add(node);
        }

        foreach (ParquetNode child in node.Children)
        {
            AddLeaves(child, found);
        }
    }

    private LeafValues ReadChunk(ChunkReader reader, ParquetNode leaf, ColumnChunkMetadata chunk, int rows, MemoryBudget budget)
    {
        (long offset, int length) = Locate(leaf, chunk);
        budget.Take(ByteArena.Rounded(length), "a column chunk");
        byte[] stored = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            ReadAt(offset, stored.AsSpan(0, length));
            return reader.Read(leaf, chunk, stored.AsSpan(0, length), rows, budget);
        }
        finally
        {
            budget.Give(ByteArena.Rounded(length));
            ArrayPool<byte>.Shared.Return(stored);
        }
    }

    /// <summary>Where a chunk lies: from its dictionary page, or its first data page where it has none.</summary>
    private (long Offset, int Length) Locate(ParquetNode leaf, ColumnChunkMetadata chunk)
    {
        if (chunk.Encrypted)
        {
            throw new ParquetException($"unsupported feature: encryption (column '{leaf.Name}')");
        }

        if (chunk.FilePath is not null)
        {
            throw new ParquetException($"unsupported feature: column '{leaf.Name}' lies in another file");
        }

        if (!chunk.HasMetadata || chunk.Type != leaf.Physical)
        {
            throw new ParquetException($"column '{leaf.Name}' has no column metadata, or of another type than the schema's");
        }

        if (chunk.NumValues == 0)
        {
            return (0, 0); // no page is needed, and empty chunks may be said to lie anywhere
        }

        // Some writers say 0 for "no dictionary page"; no page lies there, since the file begins with its magic.
        long offset = chunk.DictionaryPageOffset > 0 ? Math.Min(chunk.DictionaryPageOffset, chunk.DataPageOffset) : chunk.DataPageOffset;
        long length = chunk.TotalCompressedSize;
        if (offset < 4 || length < 0 || offset > dataEnd || length > dataEnd - offset)
        {
            throw new ParquetException($"column '{leaf.Name}': its column chunk lies outside the file");
        }

        // Old writers leave the dictionary page's header out of the size (PARQUET-816): read on a little, as far as the file goes.
        length = Math.Min(length + MaxMissingHeader, dataEnd - offset);
        return length <= Array.MaxLength
            ? (offset, (int)length)
            : throw new ParquetException($"unsupported feature: a column chunk of 2 GiB or more (column '{leaf.Name}')");
    }

    private FileMetadata ReadFooter(out long footerStart)
    {
        long length = stream.Length;
        if (length < 4 + TrailerBytes)
        {
            throw new ParquetException($"the file is too short for a Parquet file: {length} bytes");
        }

        Span<byte> trailer = stackalloc byte[TrailerBytes];
        ReadAt(length - TrailerBytes, trailer);
        if (trailer[4..].SequenceEqual("PARE"u8))
        {
            throw new ParquetException("unsupported feature: encryption (the footer is encrypted)");
        }

        Span<byte> magic = stackalloc byte[4];
        ReadAt(0, magic);
        if (!trailer[4..].SequenceEqual("PAR1"u8) || !magic.SequenceEqual("PAR1"u8))
        {
            throw new ParquetException("no Parquet file: it does not begin and end with PAR1 (a file that was not closed has no end)");
        }

        uint size = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        if (size > length - 4 - TrailerBytes || size > MaxFooterBytes)
        {
            throw new ParquetException($"the footer says {size} bytes, in a file of {length}");
        }

        footerStart = length - TrailerBytes - size;
        MemoryBudget budget = new(options.LimitForFooter(size));
        budget.Take(size, "the footer");
        byte[] footer = new byte[size];
        ReadAt(footerStart, footer);
        return FooterReader.Read(footer, budget);
    }

    private long CheckRows()
    {
        long rows = 0;
        foreach (RowGroupMetadata group in file.RowGroups)
        {
            if (group.Columns.Count != leaves.Count)
            {
                throw new ParquetException($"metadata: a row group has {group.Columns.Count} columns where the schema has {leaves.Count}");
            }

            if (group.NumRows > Array.MaxLength)
            {
                throw new ParquetException($"unsupported feature: a row group of {group.NumRows} rows");
            }

            rows += group.NumRows;
        }

        // One known writer leaves the file's own count 0; any other count must be right.
        return rows == file.NumRows || file.NumRows == 0 ? rows : throw new ParquetException($"metadata: the file says {file.NumRows} rows, its row groups {rows}");
    }

    private void ReadAt(long offset, Span<byte> target)
    {
        stream.Position = offset;
        try
        {
            stream.ReadExactly(target);
        }
        catch (EndOfStreamException fault)
        {
            throw new ParquetException("the file ends before its content does", fault);
        }
    }
}
