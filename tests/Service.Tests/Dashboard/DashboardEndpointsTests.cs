using System.Net;
using DataForge.Service.Tests.Hosting;

namespace DataForge.Service.Tests.Dashboard;

public sealed class DashboardEndpointsTests
{
    private const string Begun = "{\"type\":\"stage.started\",\"time\":\"2026-01-01T00:00:00+00:00\",\"stage\":\"clean\"}\n";
    private const string Advanced = "{\"type\":\"stage.advanced\",\"time\":\"2026-01-01T00:00:01+00:00\",\"stage\":\"clean\",\"unit\":\"files\","
        + "\"done\":7,\"total\":9,\"seconds\":1}\n";

    [Theory]
    [InlineData("/", "text/html", "href=\"/runs/r\"")]
    [InlineData("/?page=x", "text/html", "href=\"/runs/r\"")]
    [InlineData("/runs/r", "text/html", "data-live=\"/runs/r/live\"")]
    [InlineData("/runs/r/fragment", "text/html", "data-part=\"head\"")]
    [InlineData("/compare", "text/html", "<select name=\"a\">")]
    [InlineData("/drops", "text/html", "Drops over time")]
    [InlineData("/dashboard.js", "text/javascript", "EventSource")]
    [InlineData("/dashboard.css", "text/css", "prefers-color-scheme")]
    public async Task Get_address_hasItsPage(string address, string type, string content)
    {
        await using RunningService service = await RunningService.StartAsync();
        Write(service, Begun);

        using HttpResponseMessage response = await service.Client.GetAsync(address);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(content, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/runs/none")]
    [InlineData("/runs/%2e%2e")]
    [InlineData("/runs/..%2f..%2fetc")]
    [InlineData("/runs/r%00")]
    [InlineData("/runs/r?workspace=-1")]
    [InlineData("/runs/r?workspace=9")]
    [InlineData("/runs/none/live")]
    [InlineData("/runs/none/fragment")]
    [InlineData("/compare?a=../r&b=r")]
    public async Task Get_nameThatIsNoRun_isNotFound(string address)
    {
        await using RunningService service = await RunningService.StartAsync();
        Write(service, Begun);

        using HttpResponseMessage response = await service.Client.GetAsync(address);

        // A name that the server resolves to the start page's address is answered with that.
        Assert.True(
            response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest
            || response.RequestMessage!.RequestUri!.AbsolutePath is "/" or "/runs/", $"{response.StatusCode}");
        Assert.DoesNotContain("root:", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Live_runThatGoesOn_tellsOfTheChange()
    {
        await using RunningService service = await RunningService.StartAsync();
        Write(service, Begun);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        using HttpResponseMessage response =
            await service.Client.GetAsync("/runs/r/live", HttpCompletionOption.ResponseHeadersRead, limit.Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
        Assert.StartsWith(":", await lines.ReadLineAsync(limit.Token), StringComparison.Ordinal);
        await Task.Delay(1500, limit.Token);
        Write(service, Advanced);
        Assert.Equal("", await lines.ReadLineAsync(limit.Token));
        Assert.Equal("data: changed", await lines.ReadLineAsync(limit.Token));
        Assert.Contains("7 of 9 files", await service.Client.GetStringAsync("/runs/r/fragment", limit.Token), StringComparison.Ordinal);
    }

    private static void Write(RunningService service, string line)
    {
        string run = Path.Combine(service.Workspace, "runs", "r");
        Directory.CreateDirectory(Path.Combine(run, "events"));
        File.WriteAllText(Path.Combine(run, "version"), "1\n");
        File.AppendAllText(Path.Combine(run, "events", "20260101T000000.000Z-1.jsonl"), line);
    }
}
