using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

/// <summary>
/// One small build of real Python up to the tokens, made once for all tests that look at a finished build. They run one after another and
/// may add to the workspace, but leave what the build wrote as it is.
/// </summary>
[CollectionDefinition(nameof(SharedBuild))]
public sealed class SharedBuild : IAsyncLifetime, ICollectionFixture<SharedBuild>
{
    private SmallBuild? _build;

    /// <summary>Why there is none; null where there is one.</summary>
    public static string? Missing => SmallCorpus.Missing;

    internal SmallBuild Build => _build!;

    internal string Workspace => Build.Workspace("w");

    internal Run Run => Run.Open(Corpus.Runs.Workspace.Open(Workspace), "r");

    /// <summary>The hashes of the files right after the build.</summary>
    internal SortedDictionary<string, string> Hashes { get; private set; } = [];

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

    /// <summary>Copies the workspace to a new one beside it.</summary>
    internal void CopyTo(string workspace)
    {
        foreach (string file in Directory.EnumerateFiles(Workspace, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(Build.Workspace(workspace), Path.GetRelativePath(Workspace, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (Missing is null)
        {
            _build = new SmallBuild();
            await DataForgeProcess.SucceedAsync(_build.Arguments("w"));
            Hashes = _build.Hashes("w");
        }
    }

    public ValueTask DisposeAsync()
    {
        _build?.Dispose();
        return ValueTask.CompletedTask;
    }
}
