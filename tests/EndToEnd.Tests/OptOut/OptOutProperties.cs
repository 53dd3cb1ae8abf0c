using System.Text.Json;
using DataForge.Cleaner;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler;
using DataForge.Dedup;
using DataForge.Inspection.Settings;
using DataForge.Inspection.Verification;
using DataForge.Orchestrator.OptOut;
using DataForge.Pretrain;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.OptOut;

/// <summary>Small workspaces drawn from a seed: contents, copies, near copies and licences at random, and who leaves.</summary>
public sealed class OptOutProperties
{
    // More seeds than the ordinary run takes: DATAFORGE_TEST_OPTOUT_SEEDS=200.
    private static readonly int Seeds = int.TryParse(Environment.GetEnvironmentVariable("DATAFORGE_TEST_OPTOUT_SEEDS"), out int asked) ? asked : 3;

    /// <summary>
    /// Whatever was shared with whom: nothing of theirs is left, the run is whole, and the next build is that of a workspace that never had them.
    /// </summary>
    [Fact]
    public async Task OptOut_anyWorkspace_leavesNothingAndStaysWhole()
    {
        int first = Environment.TickCount & 0xFFFFF;
        for (int seed = first; seed < first + Seeds; seed++)
        {
            try
            {
                await CheckAsync(new Random(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    private static async Task CheckAsync(Random random)
    {
        using var folder = new TemporaryFolder();
        string[] names = [.. Enumerable.Range(0, random.Next(4, 8)).Select(i => $"zq{i % 3}own/zq{i}rep")];
        HashSet<string> gone = [.. names[1..].Where(_ => random.Next(3) == 0).DefaultIfEmpty(names[^1])];
        List<(string Repository, string Json)> rows = Rows(random, names, gone);
        File.WriteAllLines(folder["all.jsonl"], rows.Select(row => row.Json));
        File.WriteAllLines(folder["kept.jsonl"], rows.Where(row => !gone.Contains(row.Repository)).Select(row => row.Json));

        DataForgeOptions options = Options(folder["all.jsonl"], random);
        string workspace = folder["w"];
        await BuildAsync(workspace, "r", options);
        new RunVerifier(Open(workspace, "r"), CancellationToken.None).Verify();

        await new OptOutApplication(Workspace.Open(workspace), TimeProvider.System).ApplyAsync([.. gone.Order(StringComparer.Ordinal)], CancellationToken.None);
        Assert.Empty(WorkspaceSearch.Of(workspace, ["zqmark", .. gone]));
        new RunVerifier(Open(workspace, "r"), CancellationToken.None).Verify();

        await BuildAsync(workspace, "r", options);
        Assert.Empty(WorkspaceSearch.Of(workspace, ["zqmark", .. gone]));
        new RunVerifier(Open(workspace, "r"), CancellationToken.None).Verify();
        options.Crawl.Sources = ["jsonl:" + folder["kept.jsonl"]];
        await BuildAsync(folder["reference"], "r", options);
        Assert.Equal(Facts(folder["reference"]), Facts(workspace));
    }

    private static DataForgeOptions Options(string rows, Random random)
    {
        var options = new DataForgeOptions();
        options.Crawl.Sources = ["jsonl:" + rows];
        options.Clean.LicenseConflict = random.Next(3) switch { 0 => Cleaner.LicenseConflict.Drop, 1 => Cleaner.LicenseConflict.DropIfClassDiffers, _ => Cleaner.LicenseConflict.Keep };
        options.Dedup.ShardBytes = random.Next(2_000, 20_000);
        options.Dedup.AllPairs = random.Next(2) == 0;
        options.Tokenize.VocabularySize = 300;
        options.Tokenize.ValidationMinRepositories = 2;
        options.Tokenize.ValidationShare = 0.2;
        options.Tokenize.Seed = (ulong)random.Next(100);
        options.Tokenize.FimRate = random.Next(2) * 0.5;
        return options;
    }

    private static List<(string Repository, string Json)> Rows(Random random, string[] names, HashSet<string> gone)
    {
        string[] pool = [.. Enumerable.Range(0, 8).Select(i => OptOutCorpus.Code($"zqshared{i}", random.Next(), random.Next(3, 12)))];
        var rows = new List<(string, string)>();
        foreach (string name in names)
        {
            int stars = random.Next(4);
            string license = new[] { "mit", "mit", "bsd-3-clause", "gpl-3.0", "" }[random.Next(5)];
            for (int file = random.Next(1, 9); file > 0; file--)
            {
                string shared = pool[random.Next(pool.Length)];
                string content = random.Next(4) switch
                {
                    0 => OptOutCorpus.Code((gone.Contains(name) ? "zqmark" : "zqkept") + random.Next(), random.Next(), random.Next(1, 12)),
                    1 => shared + (gone.Contains(name) ? "\n\n# zqmark\nEXTRA = 1\n" : "\n\n# zqnear\nEXTRA = 2\n"),
                    _ => shared,
                };
                rows.Add((name, JsonSerializer.Serialize(new { repo = name, path = $"src/f{file}.py", content, license = license.Length > 0 ? license : null, stars })));
            }
        }

        return rows;
    }

    private static async Task BuildAsync(string folder, string name, DataForgeOptions options)
    {
        Run run = Open(folder, name);
        RunOptions.Save(run, options);
        using var events = new EventLog(run.EventsFolder, TimeProvider.System);
        var context = new StageContext(run, events, 2, TimeProvider.System);
        IStage[] stages =
        [
            new CrawlStage(options.Crawl), new CleanStage(options.Clean, options.Dedup.ToShingleSettings()), new DedupStage(options.Dedup), new TokenizeStage(options.Tokenize),
        ];
        foreach (IStage stage in stages)
        {
            await stage.RunAsync(context, CancellationToken.None);
        }
    }

    private static Run Open(string folder, string name) => Run.Open(Workspace.Open(folder), name);

    private static List<string> Facts(string workspace) =>
    [
        .. OptOutBuild.Dataset(workspace, "r").Values
            .Select(file => $"{file.BlobId} {file.ContentId} {file.Repository.Name} {file.Path} {file.License} {file.LicenseEvidence} {file.Copies} {string.Join('|', file.OtherOccurrences)}")
            .Concat(OptOutBuild.Dropped(workspace, "r").Select(row => $"{row.Level} {row.Rule} {row.Value} {row.BlobId} {row.Repository} {row.Path} {row.Copies} {row.Twin} {row.Jaccard}"))
            .Order(StringComparer.Ordinal),
    ];
}
