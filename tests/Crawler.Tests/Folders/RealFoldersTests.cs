using System.Diagnostics;
using DataForge.Corpus;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Folders;

public class RealFoldersTests
{
    [Fact]
    public async Task Crawl_standardLibrary_hasTheIdsThatGitGives()
    {
        string? library = RealPython.StandardLibrary;
        Assert.SkipWhen(library is null, "no Python standard library on this machine");
        using var folder = new TemporaryFolder();
        TestCrawl crawl = await new TestCrawl(folder["w"]).RunAsync("r", "dir:" + library);
        List<Occurrence> rows = [.. crawl.Rows().Where(row => row.Kind == FileKind.Python && row.Fault is null)];
        Assert.True(rows.Count > 100);

        Dictionary<string, string> expected = GitIds([.. rows.Select(row => Path.Combine(library, row.Path))]);
        Assert.All(rows, row => Assert.Equal(expected[Path.Combine(library, row.Path)], row.BlobId.ToString()));
        Assert.Contains(
            rows, row => row is { Path: "asyncio/base_events.py" } && row.Repository.Name.EndsWith("/asyncio", StringComparison.Ordinal));
    }

    private static Dictionary<string, string> GitIds(string[] paths)
    {
        var start = new ProcessStartInfo("git", ["hash-object", "--no-filters", "--stdin-paths"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Task<string> answer = process.StandardOutput.ReadToEndAsync();
        Array.ForEach(paths, process.StandardInput.WriteLine);
        process.StandardInput.Close();
        return paths.Zip(answer.Result.Split('\n')).ToDictionary(pair => pair.First, pair => pair.Second);
    }
}
