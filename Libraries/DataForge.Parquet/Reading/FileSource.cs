using System.Buffers.Binary;
using DataForge.Parquet.Metadata;

namespace DataForge.Parquet.Reading;

/// <summary>
/// A Parquet file's bytes: "PAR1", the column chunks, the footer, the footer's length, and "PAR1" again
/// (https://github.com/apache/parquet-format#file-format).
/// </summary>
/// <param name="stream">The file; must be able to seek.</param>
/// <param name="ownsStream">Whether disposing this object closes the stream.</param>
internal sealed class FileSource(Stream stream, bool ownsStream) : IDisposable
{
    /// <summary>A larger footer is refused. Fifty columns in ten thousand row groups need less.</summary>
    private const int MaxFooterBytes = 64 << 20;

    /// <summary>The footer's length and the magic bytes.</summary>
    private const int TrailerBytes = 8;

    /// <summary>What the size of a column chunk may leave out (PARQUET-816); parquet-cpp allows as much.</summary>
    private const int MaxMissingHeader = 100;

    /// <summary>Where the column chunks end and the footer begins.</summary>
    private long _dataEnd;

    /// <summary>Reads the footer. Call it before <see cref="Locate"/>.</summary>
    /// <exception cref="ParquetException">The stream is not a Parquet file, or uses an unsupported feature.</exception>
    public FileMetadata ReadFooter(ParquetReaderOptions options)
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
            throw new ParquetException("not a Parquet file: it does not begin and end with PAR1 (a file that was not closed has no end)");
        }

        uint size = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        if (size > length - 4 - TrailerBytes || size > MaxFooterBytes)
        {
            throw new ParquetException($"the footer states {size} bytes, in a file of {length}");
        }

        _dataEnd = length - TrailerBytes - size;
        MemoryBudget budget = new(options.LimitForFooter(size));
        budget.Take(size, "the footer");
        byte[] footer = new byte[size];
        ReadAt(_dataEnd, footer);
        return FooterReader.Read(footer, budget);
    }

    /// <summary>Where a column chunk is: from its dictionary page on, or from its first data page where it has no dictionary.</summary>
    /// <exception cref="ParquetException">The chunk is outside the file, encrypted, too large, or not of the leaf's type.</exception>
    public (long Offset, int Length) Locate(ParquetNode leaf, ColumnChunkMetadata chunk)
    {
        if (chunk.Encrypted)
        {
            throw new ParquetException($"unsupported feature: encryption (column '{leaf.Name}')");
        }

        if (chunk.FilePath is not null)
        {
            throw new ParquetException($"unsupported feature: column '{leaf.Name}' is in another file");
        }

        if (!chunk.HasMetadata || chunk.Type != leaf.Physical)
        {
            throw new ParquetException($"column '{leaf.Name}' has no column metadata, or not of the schema's type");
        }

        if (chunk.NumValues == 0)
        {
            return (0, 0); // no page is needed, and writers give empty chunks any offset
        }

        // Some writers write 0 for "no dictionary page"; no page is there, since the file begins with its magic bytes.
        long offset = chunk.DictionaryPageOffset > 0 ? Math.Min(chunk.DictionaryPageOffset, chunk.DataPageOffset) : chunk.DataPageOffset;
        long length = chunk.TotalCompressedSize;
        if (offset < 4 || length < 0 || offset > _dataEnd || length > _dataEnd - offset)
        {
            throw new ParquetException($"column '{leaf.Name}': its column chunk is outside the file");
        }

        // Old writers leave the dictionary page's header out of the size (PARQUET-816): read a little more, up to the footer.
        length = Math.Min(length + MaxMissingHeader, _dataEnd - offset);
        return length <= Array.MaxLength
            ? (offset, (int)length)
            : throw new ParquetException($"unsupported feature: a column chunk of 2 GiB or more (column '{leaf.Name}')");
    }

    /// <summary>Fills <paramref name="target"/> with the bytes from an offset on.</summary>
    /// <exception cref="ParquetException">The file ends before.</exception>
    public void ReadAt(long offset, Span<byte> target)
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

    /// <inheritdoc/>
    public void Dispose()
    {
        if (ownsStream)
        {
            stream.Dispose();
        }
    }
}
