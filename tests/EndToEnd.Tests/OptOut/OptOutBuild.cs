using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Evaluation.Scoring;
using DataForge.Inspection.Verification;
using DataForge.Pretrain.Data;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.OptOut;

/// <summary>
/// A workspace with three runs: two of one input, which share parts by hard links, and one of a second crawl. Copies of it are opted out of.
/// </summary>
public sealed class OptOutBuild : IAsyncLifetime
{
    private const int FillBytes = 2_300_000;
    private readonly TemporaryFolder _folder = new();

    public static string? Missing => RealPython.StandardLibrary is null ? "no python3 with its library on this machine" : null;

    /// <summary>The workspace before.</summary>
    internal string Before => _folder["before"];

    /// <summary>The workspace after, of an opt-out that nobody disturbed.</summary>
    internal string After => _folder["after"];

    /// <summary>What the opt-out reported.</summary>
    internal string Report { get; private set; } = "";

    internal string List => _folder["list.txt"];

    internal string Rows => "jsonl:" + _folder["in/rows.jsonl"];

    internal string KeptRows => "jsonl:" + _folder["in/kept.jsonl"];

    internal string Folder => "dir:" + _folder["in/zqxlonely"];

    internal string NewFolder(string name) => _folder[name];

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null)
        {
            return;
        }

        var corpus = new OptOutCorpus(RealPython.StandardLibrary!, FillBytes);
        OptOutCorpus.WriteFolder(_folder);
        _folder.Write("list.txt", OptOutCorpus.List);
        corpus.Write(_folder["in/rows.jsonl"]);

        // Of run one acme/gone is held out, of run two other/keep, which has a copy: documents have to change sides.
        await SucceedAsync(Build(Before, "one", "dedup", Rows, Folder));
        await SucceedAsync(Build(Before, "one", "tokenize", Rows, Folder, "--set", $"tokenize.seed={SeedThatHoldsOut("acme/gone", "other/keep")}"));
        await SucceedAsync(Build(
            Before, "two", "tokenize", Rows, Folder, "--set", "dedup.threshold=0.7", "--set", "tokenize.fimrate=0.5",
            "--set", $"tokenize.seed={SeedThatHoldsOut("other/keep", "acme/gone")}"));
        corpus.Change();
        corpus.Write(_folder["in/rows.jsonl"]);
        corpus.Write(_folder["in/kept.jsonl"], onlyKept: true);
        await SucceedAsync(Build(Before, "three", "dedup", Rows, Folder));
        await SucceedAsync(["report", "--workspace", Before, "--run", "one"]);
        await SucceedAsync(["explain", "--workspace", Before, "--run", "one", "acme/gone", "src/own1.py"]);
        Directory.CreateDirectory(Path.Combine(Before, "runs/one/5-model/checkpoints"));
        foreach (string name in EvaluationFiles.All)
        {
            _folder.Write($"before/runs/one/5-model/export.humaneval/{name}", $"{{\"completion\": \"{OptOutCorpus.Marker}\"}}\n");
        }

        _folder.Write("before/jobs/one/clean-0.log", "acme/gone src/own1.py: not text\n");
        _folder.Write("before/faults/dataforge-fault-20260101T000000.000Z-1.log", "InvalidOperationException: acme/gone src/own1.py\n");
        CopyTo(After);
        Report = await OptOutAsync("optout", List, "--workspace", After);
    }

    // Both runs have the same files of these repositories; a chance of a few percent a seed.
    private ulong SeedThatHoldsOut(string one, string other)
    {
        (string, long, long)[] repositories = [.. Dataset(Before, "one").Values.GroupBy(file => file.Repository.Name)
            .Select(group => (group.Key, group.Sum(file => file.Size), (long)group.Count()))];
        for (ulong seed = 1; seed < 1000; seed++)
        {
            HeldOutSplit split = HeldOutSplit.Choose(repositories, new HeldOutOptions { Share = 0.2, MinSize = 256 << 10, MinRepositories = 10, Seed = seed });
            if (split.IsValidation(one) && !split.IsValidation(other))
            {
                return seed;
            }
        }

        throw new InvalidOperationException($"no seed holds {one} out and not {other}");
    }

    internal static IEnumerable<string> Build(string workspace, string run, string until, string rows, string folder, params string[] more) =>
    [
        "build", "--workspace", workspace, "--run", run, "--until", until, "--source", rows, "--source", folder, "--workers", "2",
        "--set", "crawl.rawpartbytes=1048576", "--set", "dedup.shardbytes=250000", "--set", "tokenize.vocabularysize=600",
        "--set", "tokenize.validationminrepositories=10", "--set", "tokenize.validationshare=0.2", .. more,
    ];

    internal static async Task<string> SucceedAsync(IEnumerable<string> arguments)
    {
        (int code, string output, string error) = await DataForgeProcess.RunAsync(arguments);
        Assert.True(code == 0, $"exit code {code}\n{output}\n{error}");
        return output;
    }

    /// <summary>
    /// Runs an opt-out of the list, of which one request names nothing: all others are carried out, and the command says so and fails.
    /// </summary>
    internal static async Task<string> OptOutAsync(params string[] arguments)
    {
        (int code, string output, string error) = await DataForgeProcess.RunAsync(arguments);
        Assert.True(code == 1, $"exit code {code}\n{output}\n{error}");
        Assert.Contains("1 of 4 requests match nothing in this workspace", error, StringComparison.Ordinal);
        return output;
    }

    /// <summary>A copy of the workspace before, hard links within it included.</summary>
    internal void CopyTo(string folder)
    {
        using var copy = System.Diagnostics.Process.Start("cp", ["-a", Before, folder]);
        copy.WaitForExit();
        Assert.Equal(0, copy.ExitCode);
    }

    internal static Run Open(string workspace, string run) => Run.Open(Workspace.Open(workspace), run);

    internal static void Verify(string workspace, params IEnumerable<string> runs)
    {
        foreach (string run in runs)
        {
            new RunVerifier(Open(workspace, run), CancellationToken.None).Verify();
        }
    }

    /// <summary>The files of a dataset, by content.</summary>
    internal static Dictionary<BlobId, CorpusFile> Dataset(string workspace, string run) => Files(Open(workspace, run).PathOf("3-dataset/data"));

    internal static List<DroppedFile> Dropped(string workspace, string run) =>
        [.. Directory.EnumerateFiles(Open(workspace, run).PathOf("dropped"), "*.parquet", SearchOption.AllDirectories).SelectMany(DroppedShard.Read)];

    /// <summary>The texts of a dataset shard, and the names and other places in its rows.</summary>
    internal static List<(CorpusFile File, byte[] Text)> Shard(string path)
    {
        var files = new List<(CorpusFile, byte[])>();
        using var shard = new CorpusShard.Reader(path);
        for (int group = 0; group < shard.RowGroupCount; group++)
        {
            using CorpusShard.Rows rows = shard.ReadRowGroup(group);
            files.AddRange(Enumerable.Range(0, rows.Count).Select(row => (rows.File(row), rows.Text(row).ToArray())));
        }

        return files;
    }

    /// <summary>SHA-256 of all that is the same whenever the opt-out was killed.</summary>
    internal static SortedDictionary<string, string> Hashes(string workspace) => FolderHash.Of(workspace, path =>
        !path.Contains("/locks/", StringComparison.Ordinal) && !path.EndsWith(".lock", StringComparison.Ordinal) && !path.StartsWith("catalog.db", StringComparison.Ordinal));

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Dictionary<BlobId, CorpusFile> Files(string folder)
    {
        var files = new Dictionary<BlobId, CorpusFile>();
        foreach ((CorpusFile file, _) in Directory.EnumerateFiles(folder, "*.parquet").Order(StringComparer.Ordinal).SelectMany(Shard))
        {
            files.Add(file.BlobId, file);
        }

        return files;
    }
}

/// <summary>The tests that share the build, which takes longer than any of them.</summary>
[CollectionDefinition(nameof(OptOutBuild))]
public sealed class OptOutCollection : ICollectionFixture<OptOutBuild>;
