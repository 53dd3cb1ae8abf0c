using System.Numerics;
using DataForge.Corpus.Runs;

namespace DataForge.Corpus.Shingling;

/// <summary>
/// Reads what <see cref="PreparedShinglesWriter"/> wrote of a part, row by row. Nothing in it is trusted before it was compared: a row
/// belongs to a text by its git id, and the sets have a checksum, which <see cref="AreWhole"/> compares after the last row. Not
/// thread-safe.
/// </summary>
public sealed class PreparedShingles : IDisposable
{
    private readonly WordFileReader _sets;
    private readonly ulong[][] _columns;
    private ulong[] _set = [];
    private long _position;
    private ulong _checksum;

    private PreparedShingles(WordFileReader sets, ulong[][] columns, string file) =>
        (_sets, _columns, SetsFile) = (sets, columns, file);

    /// <summary>The file of all sets of the part.</summary>
    public string SetsFile { get; }

    /// <summary>Whether the sets that were read are all of the file's, as they were written.</summary>
    public bool AreWhole => _position == _sets.Rows && _checksum == _sets.ChecksumOf(0);

    /// <summary>Opens the prepared shingles of a part; null if there are none, or only of other settings or texts, or damaged.</summary>
    /// <param name="run">The run.</param>
    /// <param name="part">The part's number.</param>
    /// <param name="settings">The settings that the reader needs.</param>
    /// <param name="rows">Texts in the part.</param>
    public static PreparedShingles? Open(Run run, int part, ShingleSettings settings, long rows)
    {
        string setsFile = PreparedColumn.SetsFile(run, part);
        string textsFile = PreparedColumn.TextsFile(run, part);
        if (!File.Exists(setsFile) || !File.Exists(textsFile))
        {
            return null;
        }

        WordFileReader? sets = null;
        try
        {
            sets = new WordFileReader(setsFile);
            using var texts = new WordFileReader(textsFile);
            if (sets.Columns == 1 && texts.Columns == PreparedColumn.Count && texts.Rows == rows)
            {
                ulong[][] columns = [.. Enumerable.Range(0, PreparedColumn.Count).Select(texts.ReadColumn)];
                if (!columns[PreparedColumn.Settings].AsSpan().ContainsAnyExcept(settings.Key))
                {
                    return new PreparedShingles(sets, columns, setsFile);
                }
            }
        }
        catch (DataForgeException)
        {
            // Damaged: the texts tell the same.
        }

        sets?.Dispose();
        return null;
    }

    /// <summary>Removes the prepared shingles of parts that a run no longer has.</summary>
    /// <param name="run">The run.</param>
    /// <param name="parts">The numbers of its parts.</param>
    public static void KeepOnly(Run run, IEnumerable<int> parts)
    {
        string folder = run.PathOf(RunPaths.Shingles);
        if (Directory.Exists(folder))
        {
            HashSet<string> kept = [.. parts.Select(PreparedColumn.Prefix)];
            foreach (string file in Directory.EnumerateFiles(folder).Where(file => !kept.Contains(Path.GetFileName(file).Split('.')[0])))
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>Reads the next set. Rows are to be read in order, from the first.</summary>
    /// <param name="row">The row.</param>
    /// <param name="contentId">The git id of the text that is expected there.</param>
    /// <param name="set">The text's set; valid until the next.</param>
    /// <returns>False if the row is of another text, or the file has not that many sets.</returns>
    public bool TryRead(int row, BlobId contentId, out ReadOnlySpan<ulong> set)
    {
        Span<ulong> id = stackalloc ulong[3];
        PreparedColumn.Words(contentId, id);
        ulong length = _columns[PreparedColumn.SetLength][row];
        set = default;
        for (int i = 0; i < id.Length; i++)
        {
            if (_columns[PreparedColumn.ContentId + i][row] != id[i])
            {
                return false;
            }
        }

        if (length > (ulong)(_sets.Rows - _position))
        {
            return false;
        }

        if ((ulong)_set.Length < length)
        {
            _set = new ulong[BitOperations.RoundUpToPowerOf2(length)];
        }

        Span<ulong> words = _set.AsSpan(0, (int)length);
        _sets.Read(0, _position, words);
        _checksum = WordFile.Sum(_checksum, words);
        _position += words.Length;
        set = words;
        return true;
    }

    /// <summary>The hash of a row's folded text; for a text without shingles in its wide form.</summary>
    public Fingerprint Folded(int row) => new(_columns[PreparedColumn.Folded][row], _columns[PreparedColumn.FoldedLow][row]);

    /// <summary>Bytes of a row's text.</summary>
    public int TextBytes(int row) => (int)_columns[PreparedColumn.TextBytes][row];

    /// <inheritdoc/>
    public void Dispose() => _sets.Dispose();
}
