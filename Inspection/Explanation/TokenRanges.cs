using DataForge.Corpus.Runs;
using DataForge.Pretrain.Data;

namespace DataForge.Inspection.Explanation;

/// <summary>Where the tokens of one file are.</summary>
/// <param name="File">The token shard's path in the run; empty if the file has no tokens.</param>
/// <param name="Document">The document's number in the shard, from 0.</param>
/// <param name="First">The number of its first token in the shard, from 0.</param>
/// <param name="Count">Its tokens.</param>
internal readonly record struct TokenRange(string File, int Document, long First, int Count)
{
    /// <summary>The range of a file without tokens.</summary>
    public static TokenRange None { get; } = new("", 0, 0, 0);
}

/// <summary>
/// Finds the tokens of each file of the dataset. Documents are in the order of the dataset: those of held-out repositories in <c>val</c>,
/// the others of
/// shard n in <c>train-n</c>.
/// </summary>
internal sealed class TokenRanges : IDisposable
{
    private readonly Dictionary<string, Cursor> _cursors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _heldOut = new(StringComparer.Ordinal);
    private readonly Run _run;
    private readonly bool _hasTokens;

    /// <summary>Begins at the first file of the dataset.</summary>
    /// <param name="run">A run with or without tokens.</param>
    public TokenRanges(Run run)
    {
        _run = run;
        _hasTokens = run.Manifest.Find(StageNames.Tokenize, "val") is not null
            && run.Manifest.Find(StageNames.Tokenize, "split") is not null;
        if (_hasTokens)
        {
            _heldOut.UnionWith(CanonicalJson.Read<string[]>(run.PathOf(RunPaths.Tokens + "/held-out.json")));
        }
    }

    /// <summary>The tokens of the next file of the dataset. Must be called for every file, in order.</summary>
    /// <param name="shard">The number of the file's dataset shard, from 0.</param>
    /// <param name="repository">The file's repository.</param>
    public TokenRange Next(int shard, string repository)
    {
        if (!_hasTokens)
        {
            return TokenRange.None;
        }

        string file = _heldOut.Contains(repository) ? RunPaths.Tokens + "/val.bin" : $"{RunPaths.Tokens}/train-{shard:D5}.bin";
        if (!_cursors.TryGetValue(file, out Cursor? cursor))
        {
            _cursors[file] = cursor = new Cursor(File.Exists(_run.PathOf(file)) ? new TokenShard(_run.PathOf(file)) : null);
        }

        return cursor.Next(file);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Cursor cursor in _cursors.Values)
        {
            cursor.Dispose();
        }
    }

    // The next document of a token shard.
    private sealed class Cursor(TokenShard? shard) : IDisposable
    {
        private int _document;
        private long _first;

        internal TokenRange Next(string file)
        {
            // Tokens of an earlier dataset may be fewer than this one has files.
            if (shard is null || _document >= shard.Documents)
            {
                return TokenRange.None;
            }

            var range = new TokenRange(file, _document, _first, shard.Length(_document));
            _document++;
            _first += range.Count;
            return range;
        }

        /// <inheritdoc/>
        public void Dispose() => shard?.Dispose();
    }
}
