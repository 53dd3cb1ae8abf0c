namespace DataForge.Inspection.Tracing;

/// <summary>The longest run of tokens that one file shares with one snippet.</summary>
/// <param name="Snippet">The snippet's number.</param>
/// <param name="Run">The tokens of the run.</param>
/// <param name="Covered">The share of the snippet's tokens in windows that the file has too, 0 to 1.</param>
/// <param name="SnippetToken">The run's first token in the snippet.</param>
/// <param name="FileToken">The run's first token in the file.</param>
internal readonly record struct SharedRun(int Snippet, int Run, double Covered, int SnippetToken, int FileToken);

/// <summary>Compares files with the snippets of an index, one file after another. For one thread; memory: 16 bytes per window.</summary>
internal sealed class SnippetMatcher(SnippetIndex index)
{
    // By window: how many consecutive windows match up to it, the time of that match, and the number of the file that last had the window.
    private readonly int[] _run = new int[index.Windows];
    private readonly long[] _seenAt = new long[index.Windows];
    private readonly int[] _seenIn = new int[index.Windows];

    // By snippet: the most consecutive windows in this file, the last of them, and the file's token where it ends.
    private readonly int[] _best = new int[index.Snippets.Count];
    private readonly int[] _bestWindow = new int[index.Snippets.Count];
    private readonly int[] _bestToken = new int[index.Snippets.Count];
    private readonly List<int> _touched = [];
    private readonly HashSet<ulong> _distinct = [];
    private long _clock = 2; // counts tokens; not 0, so that no window of the first file seems to follow another
    private int _file;

    /// <summary>Adds a run for each snippet of which <see cref="SourceRule"/> names this file as a source.</summary>
    public void Match(TokenStream file, List<SharedRun> found)
    {
        _file++;
        _clock += 2;
        _touched.Clear();
        ReadOnlySpan<ulong> tokens = file.Hashes;
        ulong hash = 0;
        for (int at = 0; at < tokens.Length; at++)
        {
            hash = index.Roll(hash, tokens, at);
            _clock++;
            if (at >= SourceRule.Window - 1)
            {
                // From the highest number down: the state of the next lower window is then still that of the token before.
                for (int window = index.Find(hash); window != 0; window = index.Next(window))
                {
                    Extend(window, at);
                }
            }
        }

        foreach (int snippet in _touched)
        {
            AddIfSource(snippet, found);
            _best[snippet] = 0;
        }
    }

    private void Extend(int window, int token)
    {
        int run = _seenAt[window - 1] == _clock - 1 ? _run[window - 1] + 1 : 1;
        (_run[window], _seenAt[window], _seenIn[window]) = (run, _clock, _file);
        int snippet = index.SnippetOf[window];
        if (run > _best[snippet])
        {
            if (_best[snippet] == 0)
            {
                _touched.Add(snippet);
            }

            (_best[snippet], _bestWindow[snippet], _bestToken[snippet]) = (run, window, token);
        }
    }

    private void AddIfSource(int snippet, List<SharedRun> found)
    {
        int run = _best[snippet] + SourceRule.Window - 1;
        if (run < SourceRule.MinRun)
        {
            return;
        }

        ulong[] tokens = index.Snippets[snippet].Hashes;
        int first = index.FirstWindow[snippet];
        int covered = 0;
        int until = 0; // tokens before this one are counted already
        for (int i = 0; i < SnippetIndex.WindowsOf(index.Snippets[snippet]); i++)
        {
            if (_seenIn[first + i] == _file)
            {
                covered += i + SourceRule.Window - Math.Max(until, i);
                until = i + SourceRule.Window;
            }
        }

        double share = (double)covered / tokens.Length;
        int start = _bestWindow[snippet] - first - _best[snippet] + 1;
        if (SourceRule.IsSource(run, share) && CountDistinct(tokens.AsSpan(start, run)) >= SourceRule.MinDistinct)
        {
            found.Add(new SharedRun(snippet, run, share, start, _bestToken[snippet] - run + 1));
        }
    }

    private int CountDistinct(ReadOnlySpan<ulong> tokens)
    {
        _distinct.Clear();
        foreach (ulong token in tokens)
        {
            _distinct.Add(token);
        }

        return _distinct.Count;
    }
}
