using System.Runtime.InteropServices;
using DataForge.Corpus.Runs;

namespace DataForge.Corpus.Shingling;

/// <summary>
/// Writes the shingle sets of a part's texts while the cleaner has them in memory and has lexed them, so that the removal of duplicates
/// neither reads nor lexes them (<see cref="PreparedShingles"/>). The files are no part of the result: whoever lacks them, or finds
/// others, computes the same from the texts. Disk: 8 bytes per distinct shingle; memory: 64 bytes per text. Not thread-safe.
/// </summary>
public sealed class PreparedShinglesWriter : IDisposable
{
    private readonly string _setsFile;
    private readonly string _textsFile;
    private readonly WordFileWriter _sets;
    private readonly List<ulong>[] _columns = [.. Enumerable.Range(0, PreparedColumn.Count).Select(_ => new List<ulong>())];

    /// <summary>Begins the files of a part.</summary>
    /// <param name="run">The run.</param>
    /// <param name="part">The part's number.</param>
    public PreparedShinglesWriter(Run run, int part)
    {
        (_setsFile, _textsFile) = (PreparedColumn.SetsFile(run, part), PreparedColumn.TextsFile(run, part));
        Directory.CreateDirectory(Path.GetDirectoryName(_setsFile)!);

        // A removal of duplicates may have linked to the old files, so they are not written over.
        foreach (string file in new[] { _textsFile, _setsFile, AtomicFile.TemporaryName(_textsFile), AtomicFile.TemporaryName(_setsFile) })
        {
            File.Delete(file);
        }

        _sets = new WordFileWriter(AtomicFile.TemporaryName(_setsFile));
    }

    /// <summary>Appends the next text of the part, as <see cref="TextShingles"/> computed it.</summary>
    /// <param name="row">The words that describe it, <see cref="TextShingles.Row"/>.</param>
    /// <param name="set">Its shingles, <see cref="TextShingles.Set"/>.</param>
    public void Append(ReadOnlySpan<ulong> row, ReadOnlySpan<ulong> set)
    {
        _sets.Append(set);
        for (int column = 0; column < row.Length; column++)
        {
            _columns[column].Add(row[column]);
        }
    }

    /// <summary>Completes the files. They are not flushed to the disk: a reader compares their checksums.</summary>
    public void Complete()
    {
        _sets.EndColumn();
        _sets.Close();
        _sets.Dispose();
        using (var texts = new WordFileWriter(AtomicFile.TemporaryName(_textsFile)))
        {
            foreach (List<ulong> column in _columns)
            {
                texts.Append(CollectionsMarshal.AsSpan(column));
                texts.EndColumn();
            }

            texts.Close();
        }

        File.Move(AtomicFile.TemporaryName(_setsFile), _setsFile, overwrite: true);
        File.Move(AtomicFile.TemporaryName(_textsFile), _textsFile, overwrite: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _sets.Dispose();
}
