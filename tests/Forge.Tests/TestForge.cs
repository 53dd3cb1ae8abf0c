using System.Net.Http.Headers;
using System.Text.Json;
using DataForge.Forge.Content;
using DataForge.Forge.Limits;
using DataForge.Forge.Repositories;
using DataForge.Testing;

namespace DataForge.Forge.Tests;

/// <summary>A small forge with a caller: 300 repositories, ten of them with content on request, tokens of two users.</summary>
internal sealed class TestForge : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly HttpClientHandler _handler = new() { AllowAutoRedirect = false };

    private TestForge(TemporaryFolder folder, ForgeServer server, IReadOnlyList<ForgeRepository> filled)
    {
        _folder = folder;
        Server = server;
        Filled = filled;
        Http = Caller("alice-1");
    }

    public ForgeServer Server { get; }

    public IReadOnlyList<ForgeRepository> Filled { get; }

    public HttpClient Http { get; }

    public string this[params string[] parts] => _folder[parts];

    public static async Task<TestForge> StartAsync(LimitSizes? limits = null, TimeProvider? clock = null, bool content = false)
    {
        var folder = new TemporaryFolder();
        var catalog = new ForgeCatalog();
        RepositoryGenerator.AddTo(catalog, new GeneratorOptions { Count = 300, SharedSecond = 20 });
        IReadOnlyList<ForgeRepository> filled = [];
        if (content)
        {
            for (int i = 0; i < 100; i++)
            {
                folder.Write($"python/pack{i / 25}/module{i}.py", $"def function{i}():\n    return {i}\n");
            }

            filled = await ContentLibrary.FillAsync(catalog, [folder["python"]], 10, folder["cache"]);
        }

        var alice = new ForgeOwner(1, "alice");
        var options = new ForgeOptions
        {
            Limits = limits ?? LimitSizes.GitHub,
            Clock = clock ?? TimeProvider.System,
            Tokens = new Dictionary<string, ForgeOwner> { ["alice-1"] = alice, ["alice-2"] = alice, ["bob-1"] = new(2, "bob") },
        };
        return new TestForge(folder, await ForgeServer.StartAsync(catalog, options), filled);
    }

    /// <summary>A caller with a token.</summary>
    public HttpClient Caller(string token)
    {
        var http = new HttpClient(_handler, disposeHandler: false) { BaseAddress = Server.Address };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("test", "1"));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    /// <summary>An answer's JSON.</summary>
    public async Task<JsonElement> JsonAsync(string path)
    {
        using JsonDocument document = JsonDocument.Parse(await Http.GetStringAsync(path));
        return document.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _handler.Dispose();
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
