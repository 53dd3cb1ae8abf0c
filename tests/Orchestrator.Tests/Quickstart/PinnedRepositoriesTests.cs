using DataForge.Corpus;
using DataForge.Crawler;
using DataForge.Crawler.Sources;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Quickstart;
using DataForge.Orchestrator.Tests.Hosting;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Quickstart;

public sealed class PinnedRepositoriesTests
{
    [Fact]
    public void List_everyRepository_hasAnOwnerANameAndACommit()
    {
        IEnumerable<string> names = PinnedRepositories.List.Select(repository => repository.Name);
        Assert.Equal(names.Order(StringComparer.OrdinalIgnoreCase), names);
        Assert.Equal(names.Distinct(), names);
        Assert.All(PinnedRepositories.List, repository =>
        {
            Assert.Equal(2, repository.Name.Split('/').Length);
            Assert.Equal(40, repository.Commit.Length);
            Assert.All(repository.Commit, digit => Assert.True(char.IsAsciiHexDigitLower(digit)));
        });
    }

    [Theory]
    [InlineData("https://github.com")]
    [InlineData("https://github.com/")]
    [InlineData("file:///srv/mirrors")]
    public void Sources_anAddress_areSourcesOfTheCrawl(string forge)
    {
        var options = new CrawlOptions();
        foreach (string source in PinnedRepositories.Sources(forge))
        {
            options.Sources.Add(source);
        }

        IReadOnlyList<ISource> sources = SourceList.Parse(options);
        Assert.Equal(PinnedRepositories.List.Count, sources.Count);
        Assert.All(sources, source => Assert.DoesNotContain("//", source.Text[(source.Text.IndexOf("://", StringComparison.Ordinal) + 4)..]));
    }

    [Theory]
    [InlineData("ftp://example.org")]
    [InlineData("github")]
    public async Task Quickstart_wrongForge_isWrongUse(string forge)
    {
        using var folder = new TemporaryFolder();
        var terminal = new TestTerminal();
        int code = await DataForgeHost.InvokeAsync(
            ["quickstart", "--input", "pinned", "--forge", forge, "--workspace", folder["w"]], terminal.Terminal, CancellationToken.None);
        Assert.Equal(DataForgeException.WrongUse, code);
        Assert.StartsWith($"dataforge: --forge {forge}: ", Assert.Single(terminal.ErrorLines), StringComparison.Ordinal);
    }
}
