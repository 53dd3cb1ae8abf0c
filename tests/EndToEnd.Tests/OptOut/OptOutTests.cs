using DataForge.Corpus;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Evaluation.Scoring;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Tokenizer;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.OptOut;

[Collection(nameof(OptOutBuild))]
public sealed class OptOutTests(OptOutBuild built)
{
    private static readonly string[] Runs = ["one", "two", "three"];
    private static readonly string[] Words = [OptOutCorpus.Marker, .. OptOutCorpus.Gone];

    /// <summary>The search finds what is there, and nothing of it afterwards.</summary>
    [Fact]
    public void OptOut_contentAndNames_areGoneFromEveryFile()
    {
        SkipWithoutPython();
        List<string> before = WorkspaceSearch.Of(built.Before, Words);
        string[] places =
        [
            "raw/files-", "raw/blobs-", "/2-clean/part-", "/2-clean/occurrences/", "/dropped/2-clean/", "/3-dataset/data/", "/3-dataset/NOTICE", "/3-dataset/work/",
            "/4-tokens/train-", "/4-tokens/val.bin", "held-out.json", "catalog.db", "1-input.json", "/index/", "config.json", "/events/",
            .. EvaluationFiles.All.Select(name => $"/5-model/export.humaneval/{name}"),
        ];
        foreach (string place in places)
        {
            Assert.True(before.Any(trace => trace.Contains(place, StringComparison.Ordinal)), $"the search is blind for {place}");
        }

        Assert.Empty(WorkspaceSearch.Of(built.After, Words));
    }

    [Fact]
    public void OptOut_allRuns_verifyBeforeAndAfter()
    {
        SkipWithoutPython();
        OptOutBuild.Verify(built.Before, Runs);
        OptOutBuild.Verify(built.After, Runs);
    }

    [Fact]
    public void OptOut_always_reportsWhatItRemoved()
    {
        SkipWithoutPython();
        string[] lines = built.Report.TrimEnd('\n').Split('\n');
        Assert.StartsWith("nobody/nothing: nothing in the workspace has this name", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("removed from raw: 4 repositories, ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("removed from runs: ", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("run one: what its model wrote for an evaluation was removed (5-model/export.humaneval)", lines[3], StringComparison.Ordinal);
        Assert.StartsWith("run one: its model was trained before", lines[4], StringComparison.Ordinal);
        ModelOptOuts model = CanonicalJson.Read<ModelOptOuts>(OptOutBuild.Open(built.After, "one").PathOf(ModelOptOuts.File));
        WorkspaceOptOuts tombstones = WorkspaceOptOuts.Read(Workspace.Open(built.After));
        Assert.Equal(tombstones.Lists, model.AppliedSince);
        Assert.Equal(["acme/gone", "nobody/nothing", "solo", "zqxlonely"], tombstones.Entries.Select(entry => entry.Name));
        Assert.Equal(OptOutCorpus.Gone.Order(StringComparer.Ordinal), tombstones.Repositories.Select(repository => repository.Name).Order(StringComparer.Ordinal));
    }

    /// <summary>What others hold too is attributed to the best of them, under its licence; what they may not give leaves.</summary>
    [Theory]
    [InlineData("one")]
    [InlineData("two")]
    [InlineData("three")]
    public void OptOut_sharedContent_isAttributedToOthers(string run)
    {
        SkipWithoutPython();
        List<(CorpusFile File, byte[] Text)> before = Rows(built.Before, run);
        List<(CorpusFile File, byte[] Text)> after = Rows(built.After, run);
        (CorpusFile was, _) = Assert.Single(before, row => Holds(row.Text, OptOutCorpus.Shared + "_kept"));
        Assert.Equal("acme/gone", was.Repository.Name);
        Assert.Equal(3, was.Copies);
        (CorpusFile now, _) = Assert.Single(after, row => Holds(row.Text, OptOutCorpus.Shared + "_kept"));
        Assert.Equal(("other/keep", "lib/copy_of_shared.py", 2, 10), (now.Repository.Name, now.Path, now.Copies, now.Repository.Stars));
        Assert.Equal([new OccurrenceLocation("other/keep", "lib/second_copy.py")], now.OtherOccurrences);
        Assert.StartsWith("LICENSE@", now.LicenseEvidence, StringComparison.Ordinal);
        Assert.Equal(["Copyright (c) 2020 Somebody"], now.Copyright);
        Assert.Equal((was.ContentId, was.Lines, was.MeanLine, was.Size), (now.ContentId, now.Lines, now.MeanLine, now.Size));

        (CorpusFile better, _) = Assert.Single(after, row => Holds(row.Text, OptOutCorpus.Shared + "_solo"));
        Assert.Equal(("fine/keep", 1), (better.Repository.Name, better.Copies));
        Assert.Empty(better.OtherOccurrences);

        List<DroppedFile> dropped = OptOutBuild.Dropped(built.After, run);
        DroppedFile[] gpl = [.. dropped.Where(row => row.Repository == "gpl/only")];
        Assert.Equal([("license", DropLevel.Occurrence)], gpl.Select(row => (row.Rule, row.Level)));
        DroppedFile conflict = Assert.Single(dropped, row => row.Rule == "license_conflict" && row.Repository == "bsd/keep");
        Assert.Equal(("reason removed by opt-out", 1), (conflict.Value, conflict.Copies));
        DroppedFile near = Assert.Single(dropped, row => row.Path == "lib/nearly.py");
        Assert.Equal(("near_duplicate", "twin removed by opt-out", null, null), (near.Rule, near.Value, near.Twin, near.Jaccard));
        DroppedFile tiny = Assert.Single(dropped, row => row.Path == "lib/short_shared.py");
        Assert.Equal(("other/keep", 1), (tiny.Repository, tiny.Copies));
    }

    /// <summary>A file without anything of theirs is the same, byte by byte; every other file of a stage was rewritten for a reason.</summary>
    [Fact]
    public void OptOut_filesWithNothingOfTheirs_areTheSameBytes()
    {
        SkipWithoutPython();
        HashSet<string> touched = [.. WorkspaceSearch.Of(built.Before, [.. Words, OptOutCorpus.Shared, "lib/nearly.py"]).Select(trace => trace[..trace.IndexOf(": ", StringComparison.Ordinal)])];
        SortedDictionary<string, string> before = FolderHash.Of(built.Before, IsShard);
        SortedDictionary<string, string> after = FolderHash.Of(built.After, IsShard);

        // A document may come into a token shard from the other side, where its file is attributed to another repository.
        string[] untouched = [.. before.Keys.Where(name => !touched.Contains(name) && !touched.Contains(Path.ChangeExtension(name, ".bin"))
            && !touched.Any(other => name.Contains("4-tokens/train-", StringComparison.Ordinal) && other.StartsWith(Path.ChangeExtension(name, null).Replace("4-tokens", "3-dataset/data", StringComparison.Ordinal), StringComparison.Ordinal)))];
        foreach (string kind in new[] { "raw/files-", "raw/blobs-", "one/3-dataset/data/", "one/dropped/3-dataset/", "two/4-tokens/train-", "two/3-dataset/data/", "three/2-clean/part-" })
        {
            Assert.True(untouched.Any(name => name.Contains(kind, StringComparison.Ordinal)), $"no untouched {kind}");
        }

        Assert.All(untouched, name => Assert.Equal(before[name], after.GetValueOrDefault(name)));
        Assert.Equal(before.Keys, after.Keys);

        static bool IsShard(string path) => (path.EndsWith(".parquet", StringComparison.Ordinal) || path.Contains("4-tokens/train-", StringComparison.Ordinal))
            && !path.EndsWith("clusters.parquet", StringComparison.Ordinal);
    }

    /// <summary>Every file of the dataset has its document, in order, on the side its repository is on; those that stay keep their tokens.</summary>
    [Theory]
    [InlineData("one")]
    [InlineData("two")]
    public void OptOut_remainingDocuments_keepTheirTokens(string run)
    {
        SkipWithoutPython();
        Dictionary<BlobId, (bool HeldOut, ushort[] Tokens)> before = Documents(built.Before, run);
        Dictionary<BlobId, (bool HeldOut, ushort[] Tokens)> after = Documents(built.After, run);
        Assert.All(after.Where(pair => pair.Value.HeldOut == before[pair.Key].HeldOut), pair => Assert.Equal(before[pair.Key].Tokens, pair.Value.Tokens));
        BlobId moved = Assert.Single(after, pair => pair.Value.HeldOut != before[pair.Key].HeldOut).Key;
        Assert.Equal("other/keep", OptOutBuild.Dataset(built.After, run)[moved].Repository.Name);
        Assert.Equal(run == "two", after[moved].HeldOut);
    }

    /// <summary>The next crawl passes them by, and the next build is that of a workspace that never had them: duplicates, conflicts and all.</summary>
    [Fact]
    public async Task OptOut_laterCrawlAndBuild_isAsIfTheyHadNeverBeen()
    {
        SkipWithoutPython();
        string later = built.NewFolder("later");
        using (var copy = System.Diagnostics.Process.Start("cp", ["-a", built.After, later]))
        {
            await copy.WaitForExitAsync();
        }

        string told = await OptOutBuild.SucceedAsync(OptOutBuild.Build(later, "four", "dedup", built.Rows, built.Folder));
        Assert.Contains("4 repositories of these sources asked to be left out", told, StringComparison.Ordinal);
        Assert.Equal(4, OptOutBuild.Open(later, "four").Manifest.Find("crawl", "input")!.Count("repositories.opted_out"));
        await OptOutBuild.SucceedAsync(["crawl", "--workspace", later, "--run", "one"]);
        await OptOutBuild.SucceedAsync(["build", "--workspace", later, "--run", "one", "--until", "tokenize"]);

        // Run four's options are what its user typed, the folder's name included.
        Assert.DoesNotContain(WorkspaceSearch.Of(later, Words), trace => !trace.StartsWith("runs/four/config.json", StringComparison.Ordinal));
        OptOutBuild.Verify(later, "one", "two", "three", "four");

        string reference = built.NewFolder("reference");
        await OptOutBuild.SucceedAsync(OptOutBuild.Build(reference, "r", "dedup", built.KeptRows, built.KeptRows));
        foreach (string run in new[] { "one", "four" })
        {
            Assert.Equal(Facts(reference, "r"), Facts(later, run));
        }

        Assert.Contains(OptOutBuild.Dataset(later, "four").Values, file => file.Path == "lib/nearly.py");
    }

    [Fact]
    public async Task OptOut_secondTime_changesNothing()
    {
        SkipWithoutPython();
        string again = built.NewFolder("again");
        built.CopyTo(again);
        await OptOutBuild.OptOutAsync("optout", built.List, "--workspace", again);
        SortedDictionary<string, string> once = OptOutBuild.Hashes(again);
        await OptOutBuild.OptOutAsync("optout", built.List, "--workspace", again);
        Assert.Empty(FolderHash.Differences(once, OptOutBuild.Hashes(again)));
        Assert.Empty(FolderHash.Differences(OptOutBuild.Hashes(built.After), once));
    }

    // What a dataset and its dropped rows say, without what depends on how parts are cut.
    private static List<string> Facts(string workspace, string run) =>
    [
        .. OptOutBuild.Dataset(workspace, run).Values
            .Select(file => $"{file.BlobId} {file.ContentId} {file.Repository.Name} {file.Path} {file.License} {file.LicenseEvidence} {string.Join('|', file.Copyright)} {file.Copies} {string.Join('|', file.OtherOccurrences)}")
            .Concat(OptOutBuild.Dropped(workspace, run).Select(row => $"{row.Level} {row.Rule} {row.Value} {row.BlobId} {row.Repository} {row.Path} {row.Copies} {row.Twin} {row.Jaccard}"))
            .Order(StringComparer.Ordinal),
    ];

    private static Dictionary<BlobId, (bool HeldOut, ushort[] Tokens)> Documents(string workspace, string run)
    {
        Run opened = OptOutBuild.Open(workspace, run);
        BpeVocabulary vocabulary = TokenizerReader.ReadFolder(opened.PathOf("4-tokens"));
        HashSet<string> heldOut = [.. CanonicalJson.Read<string[]>(opened.PathOf("4-tokens/held-out.json"))];
        var documents = new Dictionary<BlobId, (bool, ushort[])>();
        using var val = new TokenShard(opened.PathOf("4-tokens/val.bin"));
        int validation = 0;
        foreach ((int i, string path) in Directory.EnumerateFiles(opened.PathOf("3-dataset/data")).Order(StringComparer.Ordinal).Index())
        {
            using var train = new TokenShard(opened.PathOf($"4-tokens/train-{i:D5}.bin"));
            int training = 0;
            foreach ((CorpusFile file, byte[] text) in OptOutBuild.Shard(path))
            {
                bool isHeldOut = heldOut.Contains(file.Repository.Name);
                ushort[] tokens = (isHeldOut ? val.Document(validation) : train.Document(training)).ToArray();
                int stars = isHeldOut ? val.Stars(validation++) : train.Stars(training++);
                Assert.Equal(text, DocumentDecoder.Decode(vocabulary, tokens));
                Assert.Equal(file.Repository.Stars ?? 0, stars);
                documents.Add(file.BlobId, (isHeldOut, tokens));
            }

            Assert.Equal(train.Documents, training);
        }

        Assert.Equal(val.Documents, validation);
        return documents;
    }

    private static List<(CorpusFile File, byte[] Text)> Rows(string workspace, string run) =>
        [.. Directory.EnumerateFiles(OptOutBuild.Open(workspace, run).PathOf("3-dataset/data")).Order(StringComparer.Ordinal).SelectMany(OptOutBuild.Shard)];

    private static bool Holds(byte[] text, string word) => text.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(word)) >= 0;

    private static void SkipWithoutPython() => Assert.SkipWhen(OptOutBuild.Missing is not null, OptOutBuild.Missing ?? "");
}
