using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DataForge.Corpus.Shingling;

/// <summary>
/// Reads a file of words (<see cref="WordFile"/>). Thread-safe. Columns are read, not mapped: mapped pages count as the process's memory,
/// which would grow with the corpus. Only <see cref="Word"/> maps, since a call of the system for each word takes 3 µs.
/// </summary>
public sealed unsafe class WordFileReader : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly ulong[] _checksums;
    private readonly Lock _mapping = new();
    private MemoryMappedFile? _mapped;
    private MemoryMappedViewAccessor? _view;
    private ulong* _words;

    /// <summary>Opens a file and checks that it is complete.</summary>
    /// <exception cref="DataForgeException">The file is damaged.</exception>
    public WordFileReader(string path)
    {
        _path = path;
        _file = File.OpenHandle(path);
        long words = RandomAccess.GetLength(_file) / sizeof(ulong);
        Span<ulong> trailer = stackalloc ulong[WordFile.TrailerWords];
        if (words >= WordFile.TrailerWords)
        {
            ReadWords(words - WordFile.TrailerWords, trailer);
        }

        (Rows, Columns) = ((long)trailer[0], (int)trailer[1]);
        bool isWhole = trailer[2] == WordFile.Magic && Columns is >= 0 and < 1 << 16 && Rows >= 0
            && (Columns == 0 || Rows <= words / Columns) && words == (Rows * Columns) + Columns + WordFile.TrailerWords;
        if (!isWhole)
        {
            _file.Dispose();
            throw Damaged();
        }

        _checksums = new ulong[Columns];
        ReadWords(Rows * Columns, _checksums);
    }

    /// <summary>Words per column.</summary>
    public long Rows { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>The checksum that a column was written with (<see cref="WordFile.Sum"/>).</summary>
    public ulong ChecksumOf(int column) => _checksums[column];

    /// <summary>Reads words of a column from a row on.</summary>
    public void Read(int column, long row, Span<ulong> words)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)column, (uint)Columns - 1);
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(row + words.Length, Rows);
        ReadWords((column * Rows) + row, words);
    }

    /// <summary>Reads a whole column and compares it with its checksum.</summary>
    /// <exception cref="DataForgeException">The column does not match its checksum.</exception>
    public ulong[] ReadColumn(int column)
    {
        var words = new ulong[Rows];
        Read(column, 0, words);
        if (WordFile.Sum(0, words) != _checksums[column])
        {
            throw Damaged();
        }

        return words;
    }

    /// <summary>
    /// Reads a column in order, a buffer at a time, and compares it with its checksum at the end. <paramref name="take"/> is called with
    /// the row of the first word, and the words.
    /// </summary>
    /// <exception cref="DataForgeException">The column does not match its checksum.</exception>
    public void Scan(int column, ulong[] buffer, Action<long, ReadOnlySpan<ulong>> take)
    {
        ulong checksum = 0;
        for (long row = 0; row < Rows; row += buffer.Length)
        {
            Span<ulong> words = buffer.AsSpan(0, (int)Math.Min(buffer.Length, Rows - row));
            Read(column, row, words);
            checksum = WordFile.Sum(checksum, words);
            take(row, words);
        }

        if (checksum != _checksums[column])
        {
            throw Damaged();
        }
    }

    /// <summary>A single word, which is not compared with the checksum.</summary>
    public ulong Word(int column, long row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)column, (uint)Columns - 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)row, (ulong)Rows - 1);
        if (_words == null)
        {
            Map();
        }

        return _words[(column * Rows) + row];
    }

    /// <summary>The exception for a damaged file.</summary>
    public DataForgeException Damaged() => new($"{_path} is damaged: remove it and run the same command again.");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_words != null)
        {
            _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        _view?.Dispose();
        _mapped?.Dispose();
        _file.Dispose();
    }

    private void Map()
    {
        lock (_mapping)
        {
            if (_words == null)
            {
                _mapped ??= MemoryMappedFile.CreateFromFile(
                    _file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
                _view ??= _mapped.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
                byte* first = null;
                _view.SafeMemoryMappedViewHandle.AcquirePointer(ref first);
                _words = (ulong*)first;
            }
        }
    }

    private void ReadWords(long word, Span<ulong> words)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(words);
        long offset = word * sizeof(ulong);
        while (!bytes.IsEmpty)
        {
            int read = RandomAccess.Read(_file, bytes, offset);
            if (read == 0)
            {
                throw Damaged();
            }

            bytes = bytes[read..];
            offset += read;
        }
    }
}
