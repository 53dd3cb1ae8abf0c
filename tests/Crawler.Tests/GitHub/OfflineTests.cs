using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.GitHub;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.GitHub;

/// <summary>No network at the start is heard of soon; one that breaks off later is waited for.</summary>
[Collection(SimulatedTime.Name)]
public sealed class OfflineTests
{
    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, 20)]
    [InlineData(HttpRequestError.ConnectionError, 20)]
    [InlineData(HttpRequestError.SecureConnectionError, 5)]
    [InlineData(HttpRequestError.ConnectionError, 0)]
    public async Task GetAsync_never_connected_ends_within_the_patience(HttpRequestError error, int seconds)
    {
        using var test = new TestSession();
        List<string> told = [];
        test.Options = test.Options with { ConnectRetryTime = TimeSpan.FromSeconds(seconds), OnWaiting = told.Add };
        DateTimeOffset start = test.Time.GetUtcNow();
        test.Server.PlantOverview = _ => throw new HttpRequestException(error, "Name or service not known (api.example:443)");
        using GitHubSession session = await test.OpenAsync();
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(
            () => session.Discovery.RunAsync(SearchQuery.Parse("language:python")));
        Assert.Contains("cannot be reached (Name or service not known (api.example:443))", fault.Message, StringComparison.Ordinal);
        Assert.Equal(DataForgeException.Failed, fault.ExitCode);
        Assert.InRange((test.Time.GetUtcNow() - start).TotalSeconds, seconds * 0.8, seconds);
        Assert.Equal(seconds == 0 ? 0 : 1, told.Count);
    }

    [Fact]
    public async Task GetAsync_connected_within_the_patience_goes_on()
    {
        using var test = new TestSession();
        test.Server.Repositories = FakeRepository.Crowd(1, seed: 1);
        DateTimeOffset start = test.Time.GetUtcNow();
        test.Server.PlantOverview = _ => test.Time.GetUtcNow() - start < TimeSpan.FromSeconds(12)
            ? throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused")
            : Task.FromResult<HttpResponseMessage?>(null);
        using GitHubSession session = await test.OpenAsync();
        Assert.Equal(ApiOutcome.Ok, (await session.Client.GetRepositoryAsync(test.Server.Repositories[0].Name)).Outcome);
    }

    [Fact]
    public async Task GetAsync_lost_after_an_answer_is_waited_for()
    {
        using var test = new TestSession();
        test.Server.Repositories = FakeRepository.Crowd(1, seed: 1);
        DateTimeOffset? lost = null;
        test.Server.Plant = (_, _, _) =>
        {
            lost ??= test.Time.GetUtcNow();
            return test.Time.GetUtcNow() - lost < TimeSpan.FromMinutes(4)
                ? throw new HttpRequestException(HttpRequestError.NameResolutionError, "Name or service not known")
                : Task.FromResult<HttpResponseMessage?>(null);
        };
        using GitHubSession session = await test.OpenAsync();
        Assert.Equal(ApiOutcome.Ok, (await session.Client.GetRepositoryAsync(test.Server.Repositories[0].Name)).Outcome);
        Assert.True(test.Time.GetUtcNow() - lost > TimeSpan.FromMinutes(4));
    }

    [Theory]
    [InlineData("github")]
    [InlineData("pinned")]
    public async Task Crawl_nobody_listens_one_line_and_no_row(string kind)
    {
        using var folder = new TemporaryFolder();
        var options = new JsonSerializerOptions(CanonicalJson.Options) { WriteIndented = false };
        File.WriteAllText(folder["list.jsonl"], JsonSerializer.Serialize(
            new RepositoryFacts { Id = 1, Name = "o/r", Source = "github", Commit = new string('1', 40) }, options));
        var crawl = new TestCrawl(folder["w"]);
        crawl.Options.GitHubBaseAddress = $"http://127.0.0.1:{ClosedPort()}/";
        crawl.Options.GitHubConnectSeconds = 1;
        long start = Stopwatch.GetTimestamp();
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(
            () => crawl.RunAsync("r", kind == "github" ? "github:language:python" : "pinned:" + folder["list.jsonl"]));
        Assert.Contains("cannot be reached (Connection refused", fault.Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 60);
        Assert.Empty(crawl.RawHashes());
    }

    private static int ClosedPort()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }
}
