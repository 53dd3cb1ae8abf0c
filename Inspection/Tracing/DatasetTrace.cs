using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Inspection.Tracing;

/// <summary>Looks for snippets in all files of a run's dataset. One pass over the dataset serves all snippets.</summary>
internal sealed class DatasetTrace
{
    /// <summary>How many of the closest files are kept for each snippet; the named ones are selected from these.</summary>
    private const int MaxKept = 100;

    private readonly Run _run;
    private readonly IReadOnlyList<Snippet> _snippets;
    private readonly int _max;
    private readonly SnippetIndex _code; // snippets that are compared without comments
    private readonly SnippetIndex _all; // snippets that are compared with comments

    // By snippet: the files close to it, their repositories until there are too many, and the closest of the files.
    private readonly int[] _files;
    private readonly HashSet<string>[] _repositories;
    private readonly List<TraceSource>[] _sources;
    private long _bytes;
    private long _filesRead;

    /// <summary>Prepares the search.</summary>
    /// <param name="run">A run with a dataset.</param>
    /// <param name="snippets">What is looked for.</param>
    /// <param name="max">The most sources that are named for a snippet, at most 100.</param>
    public DatasetTrace(Run run, IReadOnlyList<Snippet> snippets, int max)
    {
        (_run, _snippets, _max) = (run, snippets, max);
        _code = new SnippetIndex([.. snippets.Where(snippet => snippet is { IsLongEnough: true, WithComments: false })]);
        _all = new SnippetIndex([.. snippets.Where(snippet => snippet is { IsLongEnough: true, WithComments: true })]);
        _files = new int[snippets.Count];
        _repositories = [.. snippets.Select(_ => new HashSet<string>(StringComparer.Ordinal))];
        _sources = [.. snippets.Select(_ => new List<TraceSource>())];
    }

    /// <summary>Bytes of text searched so far.</summary>
    public long Bytes => _bytes;

    /// <summary>Files searched so far.</summary>
    public long FilesRead => _filesRead;

    /// <summary>Searches the dataset.</summary>
    /// <param name="workers">How many threads search, at least 1.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <returns>The answers, in the order of the snippets.</returns>
    /// <exception cref="DataForgeException">The run has no dataset, or a shard is damaged.</exception>
    public IReadOnlyList<TraceAnswer> Search(int workers, CancellationToken cancellation)
    {
        string[] shards = [.. DatasetShards.Of(_run).Select(shard => _run.PathOf(shard.Path))];
        if (shards.Length == 0)
        {
            throw DataForgeException.Usage(
                $"The run '{_run.Name}' has no dataset yet: build it first, with dataforge build --until dedup.");
        }

        var groups = new List<(string Shard, int Group)>();
        foreach (string shard in shards)
        {
            using var reader = new CorpusShard.Reader(shard);
            groups.AddRange(Enumerable.Range(0, reader.RowGroupCount).Select(group => (shard, group)));
        }

        Parallel.ForEach(
            groups, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellation },
            () => new Worker(this),
            (group, _, worker) =>
            {
                worker.Search(group.Shard, group.Group);
                return worker;
            },
            _ => { });
        return [.. _snippets.Select((snippet, i) => Answer(snippet, i))];
    }

    private TraceAnswer Answer(Snippet snippet, int number)
    {
        bool isCommon = _repositories[number].Count > SourceRule.CommonRepositories;
        return new TraceAnswer
        {
            Snippet = snippet.Name,
            Tokens = snippet.Hashes.Length,
            Result = !snippet.IsLongEnough ? "too-short" : _files[number] == 0 ? "none" : isCommon ? "common" : "found",
            Files = _files[number],
            LongestRun = _sources[number].Count > 0 ? _sources[number][0].LongestRun : 0,
            Sources = isCommon ? [] : SourceRule.Select(_sources[number], _max),
        };
    }

    private void Add(Snippet snippet, TraceSource source)
    {
        int number = NumberOf(snippet);
        lock (_sources)
        {
            _files[number]++;
            if (_repositories[number].Count <= SourceRule.CommonRepositories)
            {
                _repositories[number].Add(source.Repository);
            }

            List<TraceSource> sources = _sources[number];
            sources.Add(source);
            sources.Sort(TraceSource.Compare);
            if (sources.Count > MaxKept)
            {
                sources.RemoveAt(MaxKept);
            }
        }
    }

    private int NumberOf(Snippet snippet)
    {
        int number = 0;
        while (!ReferenceEquals(_snippets[number], snippet))
        {
            number++;
        }

        return number;
    }

    // The buffers of one thread. Found runs are collected until the other columns of their row group are read.
    private sealed class Worker(DatasetTrace trace)
    {
        private readonly TokenStream _tokens = new();
        private readonly SnippetMatcher? _code = trace._code.Snippets.Count > 0 ? new(trace._code) : null;
        private readonly SnippetMatcher? _all = trace._all.Snippets.Count > 0 ? new(trace._all) : null;
        private readonly List<SharedRun> _runs = [];
        private readonly List<(int Row, Snippet Snippet, SharedRun Run, int[] Lines)> _found = [];

        internal void Search(string shard, int group)
        {
            using var reader = new CorpusShard.Reader(shard);
            _found.Clear();
            using (CorpusShard.Rows texts = reader.ReadRowGroup(group, Column.Content))
            {
                long bytes = 0;
                for (int row = 0; row < texts.Count; row++)
                {
                    ReadOnlySpan<byte> text = texts.Text(row);
                    bytes += text.Length;
                    if (_code is not null)
                    {
                        _tokens.FillWithCode(text);
                        Match(_code, trace._code, row, text);
                    }

                    if (_all is not null)
                    {
                        _tokens.FillWithAll(text);
                        Match(_all, trace._all, row, text);
                    }
                }

                Interlocked.Add(ref trace._bytes, bytes);
                Interlocked.Add(ref trace._filesRead, texts.Count);
            }

            if (_found.Count > 0)
            {
                using CorpusShard.Rows rows = reader.ReadRowGroup(group);
                foreach ((int row, Snippet snippet, SharedRun run, int[] lines) in _found)
                {
                    trace.Add(snippet, Source(rows.File(row), snippet, run, lines));
                }
            }
        }

        private static TraceSource Source(CorpusFile file, Snippet snippet, SharedRun run, int[] lines) => new()
        {
            Repository = file.Repository.Name,
            Path = file.Path,
            Commit = file.Repository.Commit,
            Permalink = Tracing.Permalink.Of(file),
            License = file.License,
            BlobId = file.BlobId.ToString(),
            Covered = Math.Round(run.Covered, 4),
            LongestRun = run.Run,
            FirstToken = run.SnippetToken,
            SnippetLines = [snippet.Lines[run.SnippetToken], snippet.Lines[run.SnippetToken + run.Run - 1]],
            FileLines = lines,
        };

        private void Match(SnippetMatcher matcher, SnippetIndex index, int row, ReadOnlySpan<byte> text)
        {
            _runs.Clear();
            matcher.Match(_tokens, _runs);
            foreach (SharedRun run in _runs)
            {
                int first = _tokens.Starts[run.FileToken];
                int last = _tokens.Starts[run.FileToken + run.Run - 1];
                int line = 1 + text[..first].Count((byte)'\n');
                _found.Add((row, index.Snippets[run.Snippet], run, [line, line + text[first..last].Count((byte)'\n')]));
            }
        }
    }
}
