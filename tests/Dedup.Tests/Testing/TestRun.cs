using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Dedup.Selection;
using DataForge.Testing;

namespace DataForge.Dedup.Tests.Testing;

/// <summary>A source file for a test, as the cleaner would pass it on.</summary>
internal sealed record TestFile(string Repository, string Path, byte[] Text, int Stars = 0, int Copies = 1)
{
    public TestFile(string repository, string path, string text, int stars = 0, int copies = 1)
        : this(repository, path, Encoding.UTF8.GetBytes(text), stars, copies)
    {
    }

    public CorpusFile Describe() => new()
    {
        BlobId = BlobId.Of(Text),
        ContentId = BlobId.Of(Text),
        Attribution = new Attribution
        {
            Repository = new RepositoryFacts { Id = Math.Abs((long)Repository.Sum(c => c * 131)), Name = Repository, Source = "dir", Stars = Stars },
            Path = Path,
            License = "MIT",
            LicenseClass = LicenseClass.Permissive,
            LicenseEvidence = "test",
            Copies = Copies,
        },
        Size = Text.Length,
    };
}

/// <summary>A run of its own with files in 2-clean, on which the stage runs.</summary>
internal sealed class TestRun : IDisposable
{
    private readonly TemporaryFolder? _folder;

    public TestRun()
    {
        _folder = new TemporaryFolder();
        Run = Run.Open(Workspace.Open(_folder["workspace"]), "test");
    }

    /// <summary>Another run of the same workspace.</summary>
    public TestRun(TestRun first, string name) => Run = Run.Open(first.Run.Workspace, name);

    /// <summary>The run that another <see cref="TestRun"/> made in a folder that outlives this one.</summary>
    public TestRun(string workspace) => Run = Run.Open(Workspace.Open(workspace), "test");

    public Run Run { get; }

    /// <summary>Parts that the last <see cref="Dedup"/> computed.</summary>
    public List<string> Computed { get; } = [];

    /// <summary>Writes 2-clean; parts that were there before and are not now go.</summary>
    public void Clean(params IReadOnlyList<IReadOnlyList<TestFile>> parts)
    {
        using var events = new EventLog(null, TimeProvider.System);
        var context = new StageContext(Run, events, 1, TimeProvider.System);
        for (int i = 0; i < parts.Count; i++)
        {
            IReadOnlyList<TestFile> files = parts[i];
            string part = $"part-{i:D5}";
            string hash = StageHash.Combine(files.Select(file => $"{file.Repository} {file.Path} {file.Stars} {file.Copies} {BlobId.Of(file.Text)}"));
            context.RunPartAsync("clean", "test", new PartPlan(part, hash, 1, (output, _) =>
            {
                using var writer = new CorpusShard.Writer(output.Create($"2-clean/{part}.parquet"));
                foreach (TestFile file in files)
                {
                    writer.Append(file.Describe(), file.Text);
                }

                writer.Close();
                return Task.CompletedTask;
            }), CancellationToken.None).GetAwaiter().GetResult();
        }

        Run.Manifest.KeepOnly("clean", Enumerable.Range(0, parts.Count).Select(i => $"part-{i:D5}").ToHashSet());
    }

    /// <summary>Runs the stage.</summary>
    public void Dedup(DedupOptions options, int workers = 1, CancellationToken cancellation = default)
    {
        Computed.Clear();
        using var events = new EventLog(null, TimeProvider.System, new Listener(Computed));
        new DedupStage(options).RunAsync(new StageContext(Run, events, workers, TimeProvider.System), cancellation).GetAwaiter().GetResult();
    }

    /// <summary>The dataset's files with their texts, in order.</summary>
    public List<(CorpusFile File, byte[] Text)> Dataset()
    {
        var files = new List<(CorpusFile, byte[])>();
        foreach (string path in Directory.EnumerateFiles(Run.PathOf("3-dataset/data")).Order(StringComparer.Ordinal))
        {
            using var shard = new CorpusShard.Reader(path);
            for (int group = 0; group < shard.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = shard.ReadRowGroup(group);
                for (int row = 0; row < rows.Count; row++)
                {
                    files.Add((rows.File(row), rows.Text(row).ToArray()));
                }
            }
        }

        return files;
    }

    /// <summary>The rows of what left.</summary>
    public List<DroppedFile> Dropped() =>
        [.. Directory.EnumerateFiles(Run.PathOf("dropped/3-dataset")).Order(StringComparer.Ordinal).SelectMany(DroppedShard.Read)];

    /// <summary>The hash of every file that the stage wrote, its manifest entries included.</summary>
    public string Hash() => StageHash.Combine(
        new[] { "3-dataset", "dropped/3-dataset", "manifest/dedup" }.SelectMany(folder => Directory.EnumerateFiles(Run.PathOf(folder), "*", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal).Select(file => $"{System.IO.Path.GetRelativePath(Run.Folder, file)} {StageHash.OfFile(file)}"));

    public void Dispose() => _folder?.Dispose();

    private sealed class Listener(List<string> computed) : IEventSink
    {
        public void Write(Event happened)
        {
            if (happened is PartDone { Reused: false } done)
            {
                computed.Add(done.Part);
            }
        }
    }
}
