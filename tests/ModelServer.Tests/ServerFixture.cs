using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DataForge.Pretrain.Tests.Generation;

namespace DataForge.ModelServer.Tests;

/// <summary>A server of the alphabet's model on a free port, and a client.</summary>
internal sealed class ServerFixture : IAsyncDisposable
{
    private ServerFixture(AlphabetModel model, CompletionServer server, List<string> log)
    {
        (Model, Server, Log) = (model, server, log);
        Client = new HttpClient { BaseAddress = server.Address };
    }

    public AlphabetModel Model { get; }

    public CompletionServer Server { get; }

    public HttpClient Client { get; }

    public List<string> Log { get; }

    public static async Task<ServerFixture> StartAsync(Func<ServerSettings, ServerSettings>? change = null, params string[] marks)
    {
        var vocabulary = ByteVocabulary.With(marks.Select(Encoding.UTF8.GetBytes));
        if (marks.Length > 0)
        {
            vocabulary = new Pretrain.Tokenizer.BpeVocabulary(
                Pretrain.Tokenizer.PreTokenization.Gpt2, [.. Enumerable.Range(0, vocabulary.Count).Select(id => vocabulary.BytesOf(id).ToArray())], [],
                Enumerable.Range(256, marks.Length + 1));
        }

        var model = new AlphabetModel(vocabulary.Count);
        var settings = new ServerSettings("alphabet") { Port = 0 };
        List<string> log = [];
        CompletionServer server = await CompletionServer.StartAsync(model, vocabulary, change?.Invoke(settings) ?? settings, log.Add, TimeProvider.System);
        return new ServerFixture(model, server, log);
    }

    public Task<HttpResponseMessage> SendAsync(object body, CancellationToken cancellation = default) =>
        Client.PostAsJsonAsync("/v1/completions", body, cancellation);

    /// <summary>The answer to a request that must succeed.</summary>
    public async Task<JsonElement> CompleteAsync(object body)
    {
        using HttpResponseMessage response = await SendAsync(body);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The status and the error of a request that must fail.</summary>
    public static async Task<(int Status, JsonElement Error)> ErrorOfAsync(HttpResponseMessage response)
    {
        using (response)
        {
            return ((int)response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error"));
        }
    }

    /// <summary>Texts that grow, and texts that wait.</summary>
    public async Task<(int Running, int Waiting)> LoadAsync()
    {
        JsonElement health = await Client.GetFromJsonAsync<JsonElement>("/healthz");
        Assert.Equal("ok", health.GetProperty("status").GetString());
        return (health.GetProperty("running").GetInt32(), health.GetProperty("waiting").GetInt32());
    }

    /// <summary>Waits until the server has so many texts.</summary>
    public async Task WaitForLoadAsync(int running, int waiting)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await LoadAsync() != (running, waiting))
        {
            await Task.Delay(10, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
