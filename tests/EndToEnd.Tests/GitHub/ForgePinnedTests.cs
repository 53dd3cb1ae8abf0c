using DataForge.Corpus;
using DataForge.Forge.Content;
using DataForge.Forge.Git;
using DataForge.Forge.Repositories;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.GitHub;

/// <summary>A data set built from a recrawled workspace, and the same built elsewhere from its list of commits.</summary>
public sealed class ForgePinnedTests
{
    [Fact]
    public async Task Build_fromALaterRoundsList_sameDataSet()
    {
        await using ForgeWorld world = await ForgeWorld.StartAsync(new GeneratorOptions { Count = 40 }, 10);
        await world.CrawlAllAsync("w", "first");
        long now = world.Forge.Repositories.All.Max(one => one.PushedAt) + 90_000;
        foreach (ForgeRepository repository in world.Filled.Take(3))
        {
            byte[] added = System.Text.Encoding.UTF8.GetBytes(
                $"\"\"\"Added.\"\"\"\n\n\ndef added(value):\n    return [value + {repository.Id}, value * {repository.Id}]\n");
            await ContentLibrary.PushAsync(repository, [new ForgeFile("added.py", added)], now++);
        }

        await BuildAsync(world, "w", ForgeWorld.Source);
        await BuildAsync(world, "v", "pinned:" + world["w", "runs", "r", "1-commits.jsonl"]);
        Assert.NotEqual(world.RawHashes("w"), world.RawHashes("v"));
        Assert.Equal(
            File.ReadAllText(world["w", "runs", "r", "1-commits.jsonl"]), File.ReadAllText(world["v", "runs", "r", "1-commits.jsonl"]));
        SortedDictionary<string, string> expected = DataSet(world, "w");
        Assert.Contains(expected.Keys, path => path.EndsWith(".parquet", StringComparison.Ordinal));
        IReadOnlyList<string> differences = FolderHash.Differences(expected, DataSet(world, "v"));
        Assert.True(differences.Count == 0, string.Join(", ", differences));
    }

    private static SortedDictionary<string, string> DataSet(ForgeWorld world, string workspace) =>
        FolderHash.Of(world[workspace, "runs", "r", "3-dataset"], path => !path.StartsWith("work/", StringComparison.Ordinal));

    private static async Task BuildAsync(ForgeWorld world, string workspace, string source)
    {
        string[] arguments = [.. world.Arguments(workspace).Select(argument => argument switch
        {
            "crawl" => "dedup",
            ForgeWorld.Source => source,
            _ => argument,
        })];
        (int code, string output, string error) = await DataForgeProcess.RunAsync(arguments);
        Assert.True(code == 0, output + error);
    }
}
