using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.GitHub;

/// <summary>
/// Prism (@stoplight/prism-cli) on loopback, serving GitHub's own description of its API (@octokit/openapi), cut down to the paths that
/// the client uses since the whole takes long to load. It checks each request against the description and answers by it.
/// </summary>
internal sealed class PrismServer : IDisposable
{
    private static readonly string[] Paths =
    [
        "/search/repositories", "/repos/{owner}/{repo}", "/repos/{owner}/{repo}/license", "/repos/{owner}/{repo}/commits",
        "/repos/{owner}/{repo}/commits/{ref}", "/rate_limit", "/user",
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;

    private PrismServer(string program, string description)
    {
        int port = FreePort();
        Address = new Uri($"http://127.0.0.1:{port}/");
        string file = Path.Combine(_folder.Path, "github.json");
        File.WriteAllText(file, Cut(description));
        var start = new ProcessStartInfo("node")
        {
            ArgumentList = { program, "mock", "--errors", "-h", "127.0.0.1", "-p", $"{port}", "--seed", "1", file },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
    }

    public Uri Address { get; }

    /// <summary>Why it cannot run here; null where it can.</summary>
    public static string? Lack => Program is null || Description is null
        ? "npm's @stoplight/prism-cli@5.14.2 or @octokit/openapi@23.0.2 is not in artifacts/npm"
        : null;

    private static string? Program => NpmFile("@stoplight/prism-cli/dist/index.js");

    private static string? Description => NpmFile("@octokit/openapi/generated/api.github.com.json");

    public static string? NpmFile(string path)
    {
        string file = Path.Combine(SharedFiles.ProjectRoot, "artifacts", "npm", "node_modules", path);
        return File.Exists(file) || Directory.Exists(file) ? file : null;
    }

    public static async Task<PrismServer> StartAsync()
    {
        var server = new PrismServer(Program!, Description!);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        string? line;
        do
        {
            line = await server._process.StandardOutput.ReadLineAsync(timeout.Token);
        }
        while (line?.Contains("listening", StringComparison.Ordinal) == false);

        Assert.True(line is not null, "Prism ended before it listened");
        _ = server._process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        _ = server._process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        return server;
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _folder.Dispose();
    }

    // The used paths, and whatever of the components they refer to.
    private static string Cut(string file)
    {
        using FileStream stream = File.OpenRead(file);
        JsonObject whole = JsonNode.Parse(stream)!.AsObject();
        var cut = new JsonObject
        {
            ["openapi"] = whole["openapi"]!.DeepClone(),
            ["info"] = whole["info"]!.DeepClone(),
            ["paths"] = new JsonObject(Paths.Select(path => KeyValuePair.Create(
                path, (JsonNode?)new JsonObject { ["get"] = whole["paths"]![path]!["get"]!.DeepClone() }))),
        };
        var components = new JsonObject();
        cut["components"] = components;
        var queue = new Queue<JsonNode>([cut["paths"]!]);
        while (queue.TryDequeue(out JsonNode? node))
        {
            foreach (string reference in References(node))
            {
                string[] parts = reference.Split('/'); // "#", "components", kind, name
                JsonObject kind = components[parts[2]]?.AsObject() ?? [];
                components[parts[2]] ??= kind;
                if (!kind.ContainsKey(parts[3]))
                {
                    JsonNode copy = whole["components"]![parts[2]]![parts[3]]!.DeepClone();
                    kind[parts[3]] = copy;
                    queue.Enqueue(copy);
                }
            }
        }

        // GitHub's example of a repository lacks a field that its own schema requires, and with --errors Prism refuses to answer by it.
        JsonObject example = components["examples"]!["full-repository-default-response"]!["value"]!.AsObject();
        foreach (JsonObject repository in (JsonObject[])[example, example["source"]!.AsObject()])
        {
            repository.TryAdd("language", null);
        }

        return cut.ToJsonString(new JsonSerializerOptions { MaxDepth = 256 });
    }

    private static IEnumerable<string> References(JsonNode node) => node switch
    {
        JsonObject all => all.SelectMany(pair => pair switch
        {
            { Key: "$ref", Value: JsonValue reference } => [reference.GetValue<string>()],
            { Value: { } value } => References(value),
            _ => [],
        }),
        JsonArray items => items.Where(item => item is not null).SelectMany(item => References(item!)),
        _ => [],
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
