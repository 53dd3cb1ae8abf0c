using System.Net;
using DataForge.Forge.Faults;

namespace DataForge.Forge.Tests.Rest;

public sealed class FaultTests
{
    private const string Path = "/repositories/1000001";

    [Theory]
    [InlineData(FaultKind.Reset)]
    [InlineData(FaultKind.CutBody)]
    public async Task Get_broken_connection_fails_once(FaultKind kind)
    {
        await using TestForge forge = await TestForge.StartAsync();
        forge.Server.Faults.Plant(new PlantedFault(kind) { Target = "/repositories/" });

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => forge.Http.GetStringAsync(Path));
        await forge.Server.WaitForRequestsAsync(); // the client knows of the reset before the server has logged it
        Assert.NotEmpty(await forge.Http.GetStringAsync(Path));
        await forge.Server.WaitForRequestsAsync();
        Assert.Equal([kind.ToString(), null], forge.Server.Log.All.Select(record => record.Fault));
    }

    [Fact]
    public async Task Get_hang_lasts_until_the_caller_gives_up()
    {
        await using TestForge forge = await TestForge.StartAsync();
        forge.Server.Faults.Plant(new PlantedFault(FaultKind.Hang));
        using var patience = new CancellationTokenSource(200);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => forge.Http.GetStringAsync(Path, patience.Token));
    }

    [Fact]
    public async Task Get_slow_body_arrives_whole()
    {
        await using TestForge forge = await TestForge.StartAsync();
        string whole = await forge.Http.GetStringAsync(Path);
        forge.Server.Faults.Plant(new PlantedFault(FaultKind.SlowBody) { Pause = TimeSpan.FromMilliseconds(2) });
        Assert.Equal(whole, await forge.Http.GetStringAsync(Path));
    }

    [Fact]
    public async Task Get_status_strikes_when_its_turn_comes()
    {
        await using TestForge forge = await TestForge.StartAsync();
        forge.Server.Faults.Plant(
            new PlantedFault(FaultKind.Status) { Status = 429, RetryAfter = "7", Skip = 1 }, new PlantedFault(FaultKind.Status) { Status = 502 });

        using HttpResponseMessage first = await forge.Http.GetAsync(Path);
        using HttpResponseMessage second = await forge.Http.GetAsync(Path);
        using HttpResponseMessage third = await forge.Http.GetAsync(Path);

        Assert.Equal(
            [HttpStatusCode.BadGateway, HttpStatusCode.TooManyRequests, HttpStatusCode.OK],
            [first.StatusCode, second.StatusCode, third.StatusCode]);
        Assert.Equal(["7"], second.Headers.GetValues("retry-after"));
        Assert.Empty(forge.Server.Log.Refused);
        Assert.Equal(2, forge.Server.Faults.Struck);
    }

    [Fact]
    public async Task Get_share_of_faults_never_strikes_the_same_twice_running()
    {
        await using TestForge forge = await TestForge.StartAsync();
        forge.Server.Faults.PlantShare(5, 0.5, "/repositories/", new PlantedFault(FaultKind.Status) { Status = 500 });
        int struck = 0;
        for (int i = 0; i < 60; i++)
        {
            string path = $"/repositories/{1000001 + (i / 2)}";
            using HttpResponseMessage answer = await forge.Http.GetAsync(path);
            struck += answer.IsSuccessStatusCode ? 0 : 1;
        }

        Assert.InRange(struck, 10, 30);
    }
}
