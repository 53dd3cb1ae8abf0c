using DataForge.Corpus.Shingling;
using DataForge.Dedup.Sorting;

namespace DataForge.Dedup.Candidates;

/// <summary>
/// Collects words, each with a rank in its high half and something about it in its low half, in memory of a fixed size and writes them as
/// sorted runs without repetition. The file is a sequence of runs, each after its length.
/// </summary>
internal sealed class WordRunWriter : IDisposable
{
    private readonly WordFileWriter _file;
    private readonly int _rankBits;
    private readonly long _capacity;
    private readonly WordBuffer _buffer;
    private int _limit;
    private int _count;

    /// <summary>Creates the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="files">Ranks are below this; low halves too, where <paramref name="isPair"/> is true.</param>
    /// <param name="isPair">Whether the low half is a rank too.</param>
    /// <param name="memory">Bytes of memory for a run.</param>
    /// <param name="buffer">The memory.</param>
    public WordRunWriter(string path, int files, bool isPair, long memory, WordBuffer buffer)
    {
        _buffer = buffer;
        _file = new WordFileWriter(path);
        _rankBits = KeyedRanks.RankBits(files);
        LowHalfBits = isPair ? _rankBits : 32;
        _capacity = Math.Clamp(memory / (2 * sizeof(ulong)), 1 << 10, Array.MaxLength / 2);
        _limit = (int)Math.Min(_capacity, buffer.Words.Length);
    }

    /// <summary>Words written, over all runs.</summary>
    public long Written { get; private set; }

    private int LowHalfBits { get; }

    /// <summary>Appends a word.</summary>
    public void Add(uint rank, uint low)
    {
        if (_count == _limit)
        {
            MakeRoom();
        }

        _buffer.Words[_count++] = ((ulong)rank << 32) | low;
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

    // The same pair comes up once per band, so removing repetitions often makes enough room.
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
        RadixSort.Sort(words, _buffer.Scratch, 0, LowHalfBits);
        RadixSort.Sort(words, _buffer.Scratch, 32, 32 + _rankBits);
        _count = Distinct(words);
    }

    /// <summary>Moves the distinct values of a sorted span to its front; returns how many there are.</summary>
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
