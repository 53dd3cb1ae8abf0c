using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Inspection.Tracing;

/// <summary>Looks for snippets in all files of a run's dataset, in one pass over it however many snippets there are.</summary>
internal sealed class DatasetTrace
{
    private const string DataFolder = "3-dataset/data/";

    /// <summary>The closest files kept of each snippet, from which those that are named are chosen.</summary>
    private const int MostKept = 100;

    private readonly Run _run;
    private readonly IReadOnlyList<Snippet> _snippets;
    private readonly int _most;
    private readonly SnippetIndex _code;
    private readonly SnippetIndex _all;
    private readonly int[] _files;
    private readonly HashSet<string>[] _repositories; // of each snippet, until there are too many
    private readonly List<TraceSource>[] _sources;
    private long _bytes;
    private long _filesRead;

    /// <param name="most">The most sources that are named of a snippet.</param>
    public DatasetTrace(Run run, IReadOnlyList<Snippet> snippets, int most)
    {
        (_run, _snippets, _most) = (run, snippets, most);
        _code = new SnippetIndex([.. snippets.Where(snippet => snippet is { IsLongEnough: true, WithComments: false })]);
        _all = new SnippetIndex([.. snippets.Where(snippet => snippet is { IsLongEnough: true, WithComments: true })]);
        _files = new int[snippets.Count];
        _repositories = [.. snippets.Select(_ => new HashSet<string>(StringComparer.Ordinal))];
        _sources = [.. snippets.Select(_ => new List<TraceSource>())];
    }

    /// <summary>Bytes of text looked through.</summary>
    public long Bytes => _bytes;

    /// <summary>Files looked through.</summary>
    public long FilesRead => _filesRead;

    /// <summary>Looks through the dataset; the answers stand in the order of the snippets.</summary>
    /// <exception cref="DataForgeException">The run has no dataset, or a shard is damaged.</exception>
    public IReadOnlyList<TraceAnswer> Search(int workers, CancellationToken cancellation)
    {
        string[] shards = [.. _run.Manifest.Entries("dedup").SelectMany(entry => entry.Outputs)
            .Where(output => output.Path.StartsWith(DataFolder, StringComparison.Ordinal)).Select(output => _run.PathOf(output.Path))];
        if (shards.Length == 0)
        {
            throw DataForgeException.Usage($"The run '{_run.Name}' has no dataset yet: build it first, with dataforge build --until dedup.");
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
        return [.. _snippets.Select((snippet, i) => Answer(snippet, _files[i], _repositories[i].Count > TraceRule.CommonRepositories, _sources[i]))];
    }

    private TraceAnswer Answer(Snippet snippet, int files, bool common, List<TraceSource> sources) => new()
    {
        Snippet = snippet.Name,
        Tokens = snippet.Hashes.Length,
        Result = !snippet.IsLongEnough ? "too-short" : files == 0 ? "none" : common ? "common" : "found",
        Files = files,
        Sources = common ? [] : TraceRule.Choose(sources, _most),
    };

    private void Add(Snippet snippet, TraceSource source)
    {
        int number = NumberOf(snippet);
        lock (_sources)
        {
            _files[number]++;
            if (_repositories[number].Count <= TraceRule.CommonRepositories)
            {
                _repositories[number].Add(source.Repository);
            }

            List<TraceSource> sources = _sources[number];
            sources.Add(source);
            sources.Sort(TraceSource.Compare);
            if (sources.Count > MostKept)
            {
                sources.RemoveAt(MostKept);
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

    // What one thread needs; found runs wait until their row group's other columns are read.
    private sealed class Worker(DatasetTrace trace)
    {
        private static readonly string[] s_text = ["content"];

        private readonly TokenStream _tokens = new();
        private readonly SnippetMatcher? _code = trace._code.Snippets.Count > 0 ? new(trace._code) : null;
        private readonly SnippetMatcher? _all = trace._all.Snippets.Count > 0 ? new(trace._all) : null;
        private readonly List<SharedRun> _runs = [];
        private readonly List<(int Row, Snippet Snippet, SharedRun Run, int[] Lines)> _found = [];

        public void Search(string shard, int group)
        {
            using var reader = new CorpusShard.Reader(shard);
            _found.Clear();
            using (CorpusShard.Rows texts = reader.ReadRowGroup(group, s_text))
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
