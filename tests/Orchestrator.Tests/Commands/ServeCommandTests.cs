using DataForge.Corpus;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Tests.Hosting;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Commands;

public sealed class ServeCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestTerminal _terminal = new();

    [Fact]
    public async Task Check_rightFile_saysInOneLineWhenItBuildsNext()
    {
        _folder.Write("source/a.py", "x = 1\n");
        string config = Write($$"""
            { "name": "nightly", "cron": "0 0 1 1 *", "sources": ["dir:{{_folder["source"]}}"], "options": { "clean.preset": "codeparrot" } },
            { "name": "other", "cron": "0 0 2 1 *", "run": "other-{due}", "sources": ["github:language:python stars:>=10"], "workers": 2 }
            """);

        Assert.Equal(0, await CheckAsync(config));
        Assert.Equal(
            $"{config}: no faults. 2 schedules; the next build is nightly at {Next()}-01-01 00:00:00 +00:00.\n", _terminal.Output.ToString());
        Assert.Equal(["service.json", "source"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        static string Next() => $"{DateTime.UtcNow.Year + 1}";
    }

    [Fact]
    public async Task Check_buildsThatWouldFail_namesAllFaultsInOneLine()
    {
        string file = _folder.Write("file", "");
        string config = Write($$"""
            { "name": "a", "cron": "0 0 * * *", "sources": ["dir:{{_folder["none"]}}"], "options": { "dedup.threshold": "7" } },
            { "name": "b", "cron": "0 0 * * *", "sources": ["dir:{{_folder.Path}}"], "options": { "clean.presett": "codeparrot" } },
            { "name": "c", "cron": "0 0 * * *", "sources": ["ftp:x"], "workspace": "{{file}}" },
            { "name": "d", "cron": "0 0 * * *" }
            """);

        Assert.Equal(DataForgeException.WrongUse, await CheckAsync(config));
        Assert.Equal("", _terminal.Output.ToString());
        string line = Assert.Single(_terminal.ErrorLines);
        string[] expected =
        [
            "schedules[0] (a): ", "there is no such folder", "Threshold", "schedules[1] (b): ", "clean.presett", "schedules[2] (c): workspace: ",
            "is a file; name a folder", "schedules[2] (c): 'ftp:x' is not a source", "schedules[3] (d): nothing to crawl",
        ];
        Assert.All(expected, part => Assert.Contains(part, line, StringComparison.OrdinalIgnoreCase));
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string schedules) => _folder.Write("service.json", $$"""{ "schedules": [ {{schedules}} ] }""");

    private Task<int> CheckAsync(string config) =>
        DataForgeHost.InvokeAsync(["serve", "--config", config, "--check"], _terminal.Terminal, CancellationToken.None);
}
