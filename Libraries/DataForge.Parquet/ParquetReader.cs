using DataForge.Parquet.Codecs;
using DataForge.Parquet.Metadata;
using DataForge.Parquet.Reading;

namespace DataForge.Parquet;

/// <summary>
/// Reads a Parquet file (https://github.com/apache/parquet-format) row group by row group, and of each only the requested columns. Files
/// need not be trusted: malformed content raises <see cref="ParquetException"/> and nothing else, within the memory of
/// <see cref="ParquetReaderOptions.MemoryLimit"/>. Not thread-safe; several readers may read the same file at the same time.
/// </summary>
public sealed class ParquetReader : IDisposable
{
    private readonly FileSource _source;
    private readonly ParquetReaderOptions _options;
    private readonly FileMetadata _file;
    private readonly List<ParquetNode> _leaves;
    private readonly PageDecompressor _decompressor = new();

    /// <summary>Opens a file and reads its footer.</summary>
    /// <param name="stream">The file; must be able to seek, and stays open.</param>
    /// <param name="options">Limits and checks; null for the defaults.</param>
    /// <exception cref="ParquetException">The stream is not a Parquet file, or uses an unsupported feature.</exception>
    public ParquetReader(Stream stream, ParquetReaderOptions? options = null) : this(stream, options, ownsStream: false)
    {
    }

    private ParquetReader(Stream stream, ParquetReaderOptions? options, bool ownsStream)
    {
        _source = new FileSource(stream, ownsStream);
        _options = options ?? new ParquetReaderOptions();
        _file = _source.ReadFooter(_options);
        (Root, _leaves) = SchemaTree.Build(_file.Schema);
        Schema = SchemaTree.Simplify(Root);
        RowCount = CheckRows();
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        foreach ((string key, string value) in _file.KeyValues)
        {
            metadata[key] = value;
        }

        Metadata = metadata;
    }

    /// <summary>
    /// The columns that <see cref="ParquetRowGroup"/> gives with a type: flat columns and lists of plain values, by physical type.
    /// Fixed-length and INT96 values are Binary. <see cref="Root"/> has the nested columns too, and the meaning of decimals, dates and
    /// others.
    /// </summary>
    public ParquetSchema Schema { get; }

    /// <summary>The whole schema: its children are the table's columns.</summary>
    public ParquetNode Root { get; }

    /// <summary>Rows of all row groups together.</summary>
    public long RowCount { get; }

    /// <summary>Row groups.</summary>
    public int RowGroupCount => _file.RowGroups.Count;

    /// <summary>The footer's key-value metadata; the last value of a key that occurs twice.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The name that the file's writer gave itself, or null.</summary>
    public string? CreatedBy => _file.CreatedBy;

    /// <summary>Opens a file on disk. The reader closes it when it is disposed.</summary>
    /// <exception cref="ParquetException">The file is not a Parquet file, or uses an unsupported feature.</exception>
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
    public long RowGroupRows(int index) => _file.RowGroups[index].NumRows;

    /// <summary>
    /// Reads columns of a row group: those named, or all where none is named. The result holds pooled memory until it is disposed; copy
    /// values that are needed longer.
    /// </summary>
    /// <exception cref="ArgumentException">The file has no column of that name.</exception>
    /// <exception cref="ParquetException">A column is malformed, or uses a feature that is not supported.</exception>
    public ParquetRowGroup ReadRowGroup(int index, params string[] columns)
    {
        RowGroupMetadata group = _file.RowGroups[index];
        List<ParquetNode> wanted = columns.Length == 0 ? [.. Root.Children] : [.. columns.Select(Column)];
        List<ParquetNode> wantedLeaves = [];
        wanted.ForEach(node => AddLeaves(node, wantedLeaves));
        long stored = 0;
        foreach (ParquetNode leaf in wantedLeaves)
        {
            stored += _source.Locate(leaf, group.Columns[leaf.LeafIndex]).Length;
        }

        MemoryBudget budget = new(_options.LimitFor(stored));
        ChunkReader reader = new(_decompressor, _options.VerifyChecksums);
        LeafValues?[] values = new LeafValues?[_leaves.Count];
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

    /// <inheritdoc/>
    public void Dispose()
    {
        _decompressor.Dispose();
        _source.Dispose();
    }

    private ParquetNode Column(string name) =>
        Root.Children.FirstOrDefault(node => node.Name == name)
        ?? throw new ArgumentException($"the file has no column '{name}'", nameof(name));

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
        (long offset, int length) = _source.Locate(leaf, chunk);
        budget.Take(BytePool.SizeOf(length), "a column chunk");
        byte[] stored = BytePool.Rent(length);
        try
        {
            _source.ReadAt(offset, stored.AsSpan(0, length));
            return reader.Read(leaf, chunk, stored.AsSpan(0, length), rows, budget);
        }
        finally
        {
            budget.Return(BytePool.SizeOf(length));
            BytePool.Return(stored);
        }
    }

    private long CheckRows()
    {
        long rows = 0;
        foreach (RowGroupMetadata group in _file.RowGroups)
        {
            if (group.Columns.Count != _leaves.Count)
            {
                throw new ParquetException($"metadata: a row group has {group.Columns.Count} columns, the schema {_leaves.Count}");
            }

            if (group.NumRows > Array.MaxLength)
            {
                throw new ParquetException($"unsupported feature: a row group of {group.NumRows} rows");
            }

            rows += group.NumRows;
        }

        // One known writer leaves the file's own count 0; any other count must be right.
        return rows == _file.NumRows || _file.NumRows == 0
            ? rows
            : throw new ParquetException($"metadata: the file states {_file.NumRows} rows, its row groups {rows}");
    }
}
