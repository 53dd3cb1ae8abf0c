using System.Net;
using System.Text.Json;
using DataForge.Service.Hosting;
using DataForge.Service.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace DataForge.Service.Tests.Web;

public sealed class EndpointTests
{
    [Fact]
    public async Task Health_ofAWorkingService_isOkAndSaysWhatIsWrongOtherwise()
    {
        await using RunningService service = await RunningService.StartAsync();
        await service.UntilAsync(() => service.Services.GetRequiredService<ServiceHealth>().Fault is null);

        Assert.Equal("ok\n", await service.Client.GetStringAsync("/healthz"));
        Assert.Equal("ok\n", await service.Client.GetStringAsync("/readyz"));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("%2e%2e")]
    [InlineData("..%2f..%2fetc")]
    [InlineData("%2e%2e%2f%2e%2e%2fetc%2fpasswd")]
    [InlineData("..%5c..")]
    [InlineData("nightly%00")]
    [InlineData("missing")]
    public async Task Run_nameThatLeavesTheWorkspace_isNotFound(string name)
    {
        await using RunningService service = await RunningService.StartAsync();
        Directory.CreateDirectory(Path.Combine(service.Workspace, "runs", "nightly"));

        using HttpResponseMessage response = await service.Client.GetAsync($"/api/schedules/nightly/runs/{name}/statistics");

        Assert.Contains(response.StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.BadRequest });
        Assert.Equal(["nightly"], Directory.GetDirectories(Path.Combine(service.Workspace, "runs")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Run_withoutFigures_saysSo()
    {
        await using RunningService service = await RunningService.StartAsync();
        Directory.CreateDirectory(Path.Combine(service.Workspace, "runs", "nightly"));

        Assert.Equal("""["nightly"]""", await service.Client.GetStringAsync("/api/schedules/nightly/runs"));
        using HttpResponseMessage response = await service.Client.GetAsync("/api/schedules/nightly/runs/nightly/statistics");

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Contains("Nothing was built in the run 'nightly' yet", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schedules_andHistory_areListed()
    {
        await using RunningService service = await RunningService.StartAsync(hasToken: true);
        Assert.Equal(HttpStatusCode.OK, await service.PostAsync("/api/schedules/nightly/start"));
        await service.UntilAsync(() => service.History.Find(1)?.EndedAt is not null);

        using JsonDocument schedules = JsonDocument.Parse(await service.Client.GetStringAsync("/api/schedules"));
        using JsonDocument history = JsonDocument.Parse(await service.Client.GetStringAsync("/api/history?schedule=nightly&count=5"));
        using JsonDocument due = JsonDocument.Parse(await service.Client.GetStringAsync("/api/history/1"));

        JsonElement schedule = Assert.Single(schedules.RootElement.EnumerateArray());
        Assert.Equal(("nightly", "once"), (schedule.GetProperty("name").GetString(), schedule.GetProperty("missed").GetString()));
        Assert.Equal("completed", Assert.Single(history.RootElement.EnumerateArray()).GetProperty("state").GetString());
        Assert.Equal("completed", Assert.Single(due.RootElement.GetProperty("attempts").EnumerateArray()).GetProperty("outcome").GetString());
    }

    [Theory]
    [InlineData("/api/history?schedule=other")]
    [InlineData("/api/history?before=x")]
    [InlineData("/api/history/99")]
    [InlineData("/api/history/x")]
    [InlineData("/api/schedules/other/runs")]
    [InlineData("/nothing")]
    public async Task Request_forWhatIsNotThere_isNotFound(string path)
    {
        await using RunningService service = await RunningService.StartAsync();

        using HttpResponseMessage response = await service.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
