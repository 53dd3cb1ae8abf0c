using System.Buffers;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Shingling;
using DataForge.Python;

namespace DataForge.Cleaner.Steps;

/// <summary>
/// Keeps what was decided about some contents until those before them are written. One object is reused for one batch after another; not
/// safe from several threads.
/// </summary>
internal sealed class JudgedBatch : IJudgeOutput
{
    private readonly List<(CorpusFile File, int TextEnd, int SetEnd)> _kept = [];
    private readonly ArrayBufferWriter<byte> _texts = new();
    private readonly ArrayBufferWriter<ulong> _described = new();
    private readonly ArrayBufferWriter<ulong> _sets = new();
    private readonly List<DroppedFile> _dropped = [];
    private readonly List<(CountName Name, long Value)> _counts = [];
    private readonly List<(string File, string Rule, string Detail)> _faults = [];
    private TextShingles? _shingles;

    /// <summary>Empties the batch.</summary>
    /// <param name="shingles">Computes the shingles of kept texts; null if nobody wants them.</param>
    public void Begin(TextShingles? shingles)
    {
        _shingles = shingles;
        _kept.Clear();
        _texts.ResetWrittenCount();
        _described.ResetWrittenCount();
        _sets.ResetWrittenCount();
        _dropped.Clear();
        _counts.Clear();
        _faults.Clear();
    }

    /// <inheritdoc/>
    public void Keep(CorpusFile file, ReadOnlySpan<byte> text, PythonTokens? tokens)
    {
        _texts.Write(text);
        if (_shingles is not null)
        {
            _shingles.Compute(file.ContentId, text, tokens);
            _described.Write(_shingles.Row);
            _sets.Write(_shingles.Set);
        }

        _kept.Add((file, _texts.WrittenCount, _sets.WrittenCount));
    }

    /// <inheritdoc/>
    public void Drop(DroppedFile row) => _dropped.Add(row);

    /// <inheritdoc/>
    public void Add(CountName name, long value) => _counts.Add((name, value));

    /// <inheritdoc/>
    public void Report(string file, string rule, string detail) => _faults.Add((file, rule, detail));

    /// <summary>Writes all of it, in order.</summary>
    /// <param name="writer">The part's writer.</param>
    public void WriteTo(PartWriter writer)
    {
        int text = 0;
        int set = 0;
        int words = _kept.Count == 0 ? 0 : _described.WrittenCount / _kept.Count;
        for (int i = 0; i < _kept.Count; i++)
        {
            (CorpusFile file, int textEnd, int setEnd) = _kept[i];
            writer.Keep(
                file, _texts.WrittenSpan[text..textEnd], _described.WrittenSpan.Slice(i * words, words), _sets.WrittenSpan[set..setEnd]);
            (text, set) = (textEnd, setEnd);
        }

        _dropped.ForEach(writer.Drop);
        _counts.ForEach(count => writer.Add(count.Name, count.Value));
        _faults.ForEach(fault => writer.Report(fault.File, fault.Rule, fault.Detail));
    }
}
