using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Corpus.Shingling;
using DataForge.Python;

namespace DataForge.Cleaner.Steps;

/// <summary>Writes what a part keeps and drops. Not safe from several threads.</summary>
internal sealed class PartWriter : IJudgeOutput, IDisposable
{
    private readonly int _part;
    private readonly PartOutput _output;
    private readonly EventLog _events;
    private readonly TextShingles? _shingles;
    private readonly CorpusShard.Writer _clean;
    private readonly DroppedShard.Writer _dropped;
    private readonly PreparedShinglesWriter? _prepared;

    /// <summary>Begins the files of a part.</summary>
    /// <param name="run">The run.</param>
    /// <param name="part">The part's number.</param>
    /// <param name="output">Takes the files and the counts.</param>
    /// <param name="events">Takes the sources that are no text.</param>
    /// <param name="shingles">Computes the shingles of kept texts; null if nobody wants them.</param>
    public PartWriter(Run run, int part, PartOutput output, EventLog events, TextShingles? shingles)
    {
        (_part, _output, _events, _shingles) = (part, output, events, shingles);
        _clean = new CorpusShard.Writer(output.Create(ContentStep.FileOf(part)), isIntermediate: true);
        _dropped = new DroppedShard.Writer(output.Create(ContentStep.DroppedFileOf(part)));
        _prepared = shingles is null ? null : new PreparedShinglesWriter(run, part);
    }

    /// <inheritdoc/>
    public void Keep(CorpusFile file, ReadOnlySpan<byte> text, PythonTokens? tokens)
    {
        _shingles?.Compute(file.ContentId, text, tokens);
        Keep(file, text, _shingles is null ? [] : _shingles.Row, _shingles is null ? [] : _shingles.Set);
    }

    /// <summary>Writes a content that passes.</summary>
    /// <param name="file">Its row.</param>
    /// <param name="text">The text that ships.</param>
    /// <param name="described">The words that describe it, <see cref="TextShingles.Row"/>; empty if nobody wants them.</param>
    /// <param name="set">Its shingles.</param>
    public void Keep(CorpusFile file, ReadOnlySpan<byte> text, ReadOnlySpan<ulong> described, ReadOnlySpan<ulong> set)
    {
        _clean.Append(file, text);
        _prepared?.Append(described, set);
    }

    /// <inheritdoc/>
    public void Drop(DroppedFile row) => _dropped.Append(row);

    /// <inheritdoc/>
    public void Add(CountName name, long value) => _output.Add(name, value);

    /// <inheritdoc/>
    public void Report(string file, string rule, string detail) => _events.Write(new FileFault(StageNames.Clean, file, rule, detail));

    /// <summary>Completes the files.</summary>
    public void Close()
    {
        _clean.Close();
        _dropped.Close();
        _prepared?.Complete();
        _output.SetRows(ContentStep.FileOf(_part), _clean.Rows);
        _output.SetRows(ContentStep.DroppedFileOf(_part), _dropped.Rows);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _clean.Dispose();
        _dropped.Dispose();
        _prepared?.Dispose();
    }
}
