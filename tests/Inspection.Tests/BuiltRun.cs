using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Inspection.Settings;
using DataForge.Testing;

namespace DataForge.Inspection.Tests;

/// <summary>
/// One run of real Python with tokens, built once for all tests that look at a finished run. They run one after another; a test that
/// damages the run repairs it.
/// </summary>
[CollectionDefinition(nameof(BuiltRun))]
public sealed class BuiltRun : IAsyncLifetime, ICollectionFixture<BuiltRun>
{
    private readonly TemporaryFolder _folder = new();
    private SmallCorpus? _corpus;

    /// <summary>Why there is none; null where there is one.</summary>
    public static string? Missing => SmallCorpus.Missing;

    internal Run Run => Run.Open(Workspace.Open(_folder["w"]), "r");

    /// <summary>The rows of the dataset, in order.</summary>
    internal List<CorpusFile> Dataset()
    {
        var files = new List<CorpusFile>();
        foreach (string path in Directory.EnumerateFiles(Run.PathOf("3-dataset/data"), "*.parquet").Order(StringComparer.Ordinal))
        {
            using var shard = new CorpusShard.Reader(path);
            for (int group = 0; group < shard.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = shard.ReadRowGroup(group);
                files.AddRange(Enumerable.Range(0, rows.Count).Select(rows.File));
            }
        }

        return files;
    }

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null)
        {
            return;
        }

        _corpus = new SmallCorpus();
        var options = new DataForgeOptions();
        options.Crawl.Sources = [.. _corpus.Sources];
        options.Crawl.RawPartBytes = SmallCorpus.RawPartBytes;
        options.Tokenize.VocabularySize = SmallCorpus.VocabularySize;
        await StageRunner.RunAsync(Run, options, StageNames.Crawl, StageNames.Clean, StageNames.Dedup, StageNames.Tokenize);
    }

    public ValueTask DisposeAsync()
    {
        _corpus?.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
