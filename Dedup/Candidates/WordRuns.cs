using DataForge.Dedup.Sorting;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Candidates;

/// <summary>
/// Gathers words (a rank in the first half, something about it in the second) in memory of a fixed size and writes them as sorted runs, each
/// word once a run: a file of runs, each behind its length.
/// </summary>
internal sealed class WordRunWriter : IDisposable
{
    private readonly WordFileWriter _file;
    private readonly int _rankBits;
    private readonly long _capacity;
    private readonly WordBuffer _buffer;
    private int _limit;
    private int _count;

    /// <param name="path">The file.</param>
    /// <param name="files">Ranks are below this; so are second halves, where <paramref name="isPair"/> says so.</param>
    /// <param name="isPair">Whether the second half is a rank too.</param>
    /// <param name="memory">Bytes to gather in.</param>
    /// <param name="buffer">Where they are gathered.</param>
    public WordRunWriter(string path, int files, bool isPair, long memory, WordBuffer buffer)
    {
        _buffer = buffer;
        _file = new WordFileWriter(path);
        _rankBits = KeyedRanks.RankBits(files);
        SecondBits = isPair ? _rankBits : 32;
        _capacity = Math.Clamp(memory / (2 * sizeof(ulong)), 1 << 10, Array.MaxLength / 2);
        _limit = (int)Math.Min(_capacity, buffer.Words.Length);
    }

    /// <summary>Words written, each counted once a run.</summary>
    public long Written { get; private set; }

    private int SecondBits { get; }

    /// <summary>Appends a word.</summary>
    public void Add(uint rank, uint second)
    {
        if (_count == _limit)
        {
            MakeRoom();
        }

        _buffer.Words[_count++] = ((ulong)rank << 32) | second;
    }

    /// <summary>Writes the last run and closes the file.</summary>
    public void Close()
    {
        Sort();
        Flush();
        _file.EndColumn();
        _file.Close();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // The same pair comes once a band, so dropping repetitions often makes room enough.
    private void MakeRoom()
    {
        if (_buffer.Words.Length < _capacity)
        {
            Array.Resize(ref _buffer.Words, (int)Math.Min(_capacity, Math.Max(1 << 16, 2L * _buffer.Words.Length)));
            _limit = _buffer.Words.Length;
            return;
        }

        Sort();
        if (_count > _capacity / 2)
        {
            Flush();
        }
    }

    private void Sort()
    {
        if (_buffer.Scratch.Length < _count)
        {
            _buffer.Scratch = new ulong[_buffer.Words.Length];
        }

        Span<ulong> words = _buffer.Words.AsSpan(0, _count);
        RadixSort.Sort(words, _buffer.Scratch, 0, SecondBits);
        RadixSort.Sort(words, _buffer.Scratch, 32, 32 + _rankBits);
        _count = Distinct(words);
    }

    /// <summary>Moves each value of a sorted span to its front once; returns how many they are.</summary>
    internal static int Distinct(Span<ulong> sorted)
    {
        if (sorted.IsEmpty)
        {
            return 0;
        }

        int count = 1;
        foreach (ulong word in sorted[1..])
        {
            if (word != sorted[count - 1])
            {
                sorted[count++] = word;
            }
        }

        return count;
    }

    private void Flush()
    {
        if (_count > 0)
        {
            _file.Append([(ulong)_count]);
            _file.Append(_buffer.Words.AsSpan(0, _count));
            Written += _count;
            _count = 0;
        }
    }
}

/// <summary>Reads files of runs side by side, a range of ranks at a time.</summary>
internal sealed class WordRunReader : IDisposable
{
    private const int BufferWords = 1 << 12;
    private readonly List<WordFileReader> _files = [];
    private readonly List<Cursor> _cursors = [];
    private readonly int _rankBits;
    private ulong[] _words = new ulong[BufferWords];
    private ulong[] _scratch = [];

    /// <param name="paths">Files of runs.</param>
    /// <param name="files">Ranks are below this.</param>
    public WordRunReader(IEnumerable<string> paths, int files)
    {
        _rankBits = KeyedRanks.RankBits(files);
        try
        {
            foreach (string path in paths)
            {
                var file = new WordFileReader(path);
                _files.Add(file);
                FindRuns(file, _files.Count - 1);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>
    /// All words not yet read whose rank is below a limit, in order and each once; their second halves get the offset of their file added.
    /// Valid until the next call. Limits must not fall.
    /// </summary>
    /// <param name="limit">The first rank that is not read.</param>
    /// <param name="offsets">By file; null for none.</param>
    public ReadOnlySpan<ulong> ReadBelow(int limit, IReadOnlyList<uint>? offsets = null)
    {
        int count = 0;
        foreach (Cursor cursor in _cursors)
        {
            uint offset = offsets?[cursor.File] ?? 0;
            while (cursor.TryPeek(_files[cursor.File], out ulong word) && word >> 32 < (uint)limit)
            {
                if (count == _words.Length)
                {
                    Array.Resize(ref _words, 2 * count);
                }

                _words[count++] = word + offset;
                cursor.Position++;
            }
        }

        if (_scratch.Length < count)
        {
            _scratch = new ulong[_words.Length];
        }

        Span<ulong> words = _words.AsSpan(0, count);
        RadixSort.Sort(words, _scratch, 0, 32);
        RadixSort.Sort(words, _scratch, 32, 32 + _rankBits);
        return words[..WordRunWriter.Distinct(words)];
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private void FindRuns(WordFileReader file, int index)
    {
        Span<ulong> length = stackalloc ulong[1];
        for (long at = 0; at < file.Rows;)
        {
            file.Read(0, at, length);
            if (length[0] == 0 || length[0] > (ulong)(file.Rows - at - 1))
            {
                throw file.Damaged();
            }

            _cursors.Add(new Cursor(index, at + 1, at + 1 + (long)length[0]));
            at += 1 + (long)length[0];
        }
    }

    private sealed class Cursor(int file, long position, long end)
    {
        private readonly ulong[] _buffer = new ulong[BufferWords];
        private long _bufferStart;
        private int _buffered;

        public int File => file;

        public long Position { get; set; } = position;

        public bool TryPeek(WordFileReader reader, out ulong word)
        {
            if (Position - _bufferStart >= _buffered)
            {
                _bufferStart = Position;
                _buffered = (int)Math.Min(_buffer.Length, end - Position);
                if (_buffered == 0)
                {
                    word = 0;
                    return false;
                }

                reader.Read(0, Position, _buffer.AsSpan(0, _buffered));
            }

            word = _buffer[Position - _bufferStart];
            return true;
        }
    }
}
