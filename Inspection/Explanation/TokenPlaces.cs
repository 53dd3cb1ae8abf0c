using DataForge.Corpus.Runs;
using DataForge.Pretrain.Data;

namespace DataForge.Inspection.Explanation;

/// <summary>
/// Where each file of the dataset lies among the tokens. Documents stand in the order of the dataset: those of held-out repositories in <c>val</c>, the
/// others of shard n in <c>train-n</c>.
/// </summary>
internal sealed class TokenPlaces : IDisposable
{
    private readonly Dictionary<string, Cursor> _cursors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _heldOut = new(StringComparer.Ordinal);
    private readonly Run _run;
    private readonly bool _isThere;

    /// <summary>Of a run with or without tokens.</summary>
    public TokenPlaces(Run run)
    {
        _run = run;
        _isThere = run.Manifest.Find("tokenize", "val") is not null && run.Manifest.Find("tokenize", "split") is not null;
        if (_isThere)
        {
            _heldOut.UnionWith(CanonicalJson.Read<string[]>(run.PathOf("4-tokens/held-out.json")));
        }
    }

    /// <summary>The place of the next file of the dataset, asked for in order; no shard where it has no tokens.</summary>
    /// <param name="shard">The number of its dataset shard.</param>
    /// <param name="repository">Its repository.</param>
    public (string File, int Document, long First, int Count) Next(int shard, string repository)
    {
        if (!_isThere)
        {
            return ("", 0, 0, 0);
        }

        string file = _heldOut.Contains(repository) ? "4-tokens/val.bin" : $"4-tokens/train-{shard:D5}.bin";
        if (!_cursors.TryGetValue(file, out Cursor? cursor))
        {
            _cursors[file] = cursor = new Cursor(File.Exists(_run.PathOf(file)) ? new TokenShard(_run.PathOf(file)) : null);
        }

        // Tokens of an older dataset may be fewer.
        if (cursor.Tokens is not { } tokens || cursor.Document >= tokens.Documents)
        {
            return ("", 0, 0, 0);
        }

        int document = cursor.Document++;
        long first = cursor.First;
        cursor.First += tokens.Length(document);
        return (file, document, first, tokens.Length(document));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Cursor cursor in _cursors.Values)
        {
            cursor.Tokens?.Dispose();
        }
    }

    private sealed class Cursor(TokenShard? tokens)
    {
        public TokenShard? Tokens { get; } = tokens;

        public int Document { get; set; }

        public long First { get; set; }
    }
}
