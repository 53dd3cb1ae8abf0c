using DataForge.Corpus.Shingling;
using DataForge.Dedup.Sorting;

namespace DataForge.Dedup.Candidates;

/// <summary>Merges the runs of several files, a range of ranks at a time.</summary>
internal sealed class WordRunReader : IDisposable
{
    // 32 KiB per run.
    private const int BufferWords = 1 << 12;

    private readonly List<WordFileReader> _files = [];
    private readonly List<Cursor> _cursors = [];
    private readonly int _rankBits;
    private ulong[] _words = new ulong[BufferWords];
    private ulong[] _scratch = [];

    /// <summary>Opens the files.</summary>
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
    /// All words not yet read whose rank is below a limit, in ascending order and without repetition; the offset of a file is added to the
    /// low half of its words. Valid until the next call. Limits must not decrease.
    /// </summary>
    /// <param name="limit">The first rank that is not read.</param>
    /// <param name="offsets">By file, what to add; null for nothing.</param>
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

        /// <summary>The index of the file.</summary>
        public int File => file;

        /// <summary>The row of the next word.</summary>
        public long Position { get; set; } = position;

        /// <summary>The next word, which is not consumed; false at the run's end.</summary>
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
