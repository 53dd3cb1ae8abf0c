using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DataForge.ModelServer.Tests;

public sealed class LoadTests
{
    [Fact]
    public async Task Post_whileOthersGrow_joinsTheirBatch()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        using var gate = new SemaphoreSlim(0);
        int most = 0;
        server.Model.BeforeStep = texts =>
        {
            most = Math.Max(most, texts);
            gate.Wait();
        };
        Task<JsonElement> first = server.CompleteAsync(new { prompt = "a", max_tokens = 20, temperature = 0 });
        await server.WaitForLoadAsync(1, 0);

        // The first waits at the gate before its first step, so the second has to wait until that step is done.
        Task<JsonElement> second = server.CompleteAsync(new { prompt = "a", max_tokens = 3, temperature = 0 });
        await server.WaitForLoadAsync(1, 1);
        gate.Release(7);
        await second; // the first is not done: it needs 12 more steps
        Assert.False(first.IsCompleted);
        gate.Release(100);
        await first;
        Assert.Equal(2, most);
    }

    [Fact]
    public async Task Post_whereTheQueueIsFull_isRefusedAndLaterAnswered()
    {
        await using ServerFixture server = await ServerFixture.StartAsync(settings => settings with { Batch = 1, Queue = 2 });
        using var gate = new SemaphoreSlim(0);
        server.Model.BeforeStep = _ => gate.Wait();
        object body = new { prompt = "abc", max_tokens = 3, temperature = 0 };
        Task<JsonElement> running = server.CompleteAsync(body);
        await server.WaitForLoadAsync(1, 0);
        Task<JsonElement> waiting = server.CompleteAsync(new { prompt = "abc", max_tokens = 3, temperature = 0, n = 2 });
        await server.WaitForLoadAsync(1, 2);
        using HttpResponseMessage refused = await server.SendAsync(body);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains("queue_full", await refused.Content.ReadAsStringAsync());
        using HttpResponseMessage tooMany = await server.SendAsync(new { prompt = "abc", n = 3 });
        Assert.Equal(HttpStatusCode.BadRequest, tooMany.StatusCode);
        gate.Release(100);
        await Task.WhenAll(running, waiting);
        await server.CompleteAsync(body);
    }

    [Fact]
    public async Task Post_ofAClientThatLeaves_isLetGo()
    {
        await using ServerFixture server = await ServerFixture.StartAsync(settings => settings with { Batch = 1 });
        server.Model.BeforeStep = _ => Thread.Sleep(20);
        using var leaves = new CancellationTokenSource();
        object body = new { prompt = "abc", max_tokens = 200, temperature = 0 };
        Task[] left = [.. Enumerable.Range(0, 3).Select(_ => server.SendAsync(body, leaves.Token))];
        await server.WaitForLoadAsync(1, 2);
        leaves.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(left));
        await server.WaitForLoadAsync(0, 0);
        Assert.Empty(server.Log);
    }

    [Fact]
    public async Task Post_of64ClientsOfWhichHalfHangUp_theOthersGetTheirTexts()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        server.Model.BeforeStep = _ => Thread.Sleep(1);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => i % 2 == 0 ? StayAsync(server, i) : HangUpAsync(server, i)));
        await server.WaitForLoadAsync(0, 0);
        await StayAsync(server, 0);
        Assert.Empty(server.Log);
    }

    [Fact]
    public async Task Post_whereTheModelFails_saysSoAndTheNextIsAnswered()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        server.Model.BeforeStep = _ => throw new InvalidOperationException("out of order");
        object body = new { prompt = "abc", max_tokens = 3, temperature = 0 };
        (int status, JsonElement error) = await ServerFixture.ErrorOfAsync(await server.SendAsync(body));
        Assert.Equal(500, status);
        Assert.Equal("server_error", error.GetProperty("type").GetString());
        Assert.DoesNotContain("out of order", error.GetRawText());
        Assert.Contains("out of order", Assert.Single(server.Log));
        server.Model.BeforeStep = null;
        await server.CompleteAsync(body);
    }

    [Fact]
    public async Task Dispose_whileTextsGrow_endsThem()
    {
        ServerFixture server = await ServerFixture.StartAsync();
        server.Model.BeforeStep = _ => Thread.Sleep(20);
        Task<HttpResponseMessage> growing = server.SendAsync(new { prompt = "abc", max_tokens = 200, temperature = 0 });
        await server.WaitForLoadAsync(1, 0);
        Task stopped = server.Server.DisposeAsync().AsTask();
        using HttpResponseMessage response = await growing;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        await stopped.WaitAsync(TimeSpan.FromSeconds(20));
        server.Client.Dispose();
    }

    private static async Task StayAsync(ServerFixture server, int client)
    {
        // Every client has its own connection and its own text.
        using var http = new HttpClient { BaseAddress = server.Server.Address };
        char letter = (char)('a' + (client % 20));
        using HttpResponseMessage response =
            await http.PostAsJsonAsync("/v1/completions", new { prompt = $"{letter}", max_tokens = 5, temperature = 0, stream = client % 4 == 0 });
        string answer = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string expected = string.Concat(Enumerable.Range(letter + 1, 5).Select(next => (char)next));
        string text = client % 4 == 0
            ? string.Concat(answer.Split("\"text\":\"")[1..].Select(piece => piece[..piece.IndexOf('"')]))
            : JsonDocument.Parse(answer).RootElement.GetProperty("choices")[0].GetProperty("text").GetString()!;
        Assert.Equal(expected, text);
    }

    private static async Task HangUpAsync(ServerFixture server, int client)
    {
        using var http = new HttpClient { BaseAddress = server.Server.Address };
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/completions")
        {
            Content = JsonContent.Create(new { prompt = "a", max_tokens = 200, temperature = 0, stream = client % 4 == 1 }),
        };
        using var leaves = new CancellationTokenSource(TimeSpan.FromMilliseconds(client * 3));
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaves.Token);
            await response.Content.ReadAsStreamAsync(leaves.Token); // left unread
        }
        catch (OperationCanceledException)
        {
            // It hung up before there was an answer.
        }
    }
}
