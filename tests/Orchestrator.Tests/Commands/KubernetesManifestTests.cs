using System.Text.Json;
using System.Text.Json.Nodes;
using DataForge.Corpus;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Tests.Hosting;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Commands;

/// <summary>The jobs that <c>submit --engine kubernetes</c> prints, validated by npm's kubernetes-models.</summary>
public sealed class KubernetesManifestTests : IDisposable
{
    private static readonly string[] Image = ["--image", "registry.example:5000/dataforge:1", "--claim", "data"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Manifests_ofEachLastStage_areValid()
    {
        RequireModels();
        List<string> files = [];
        foreach (string until in (string[])["crawl", "clean", "dedup", "tokenize"])
        {
            files.Add(_folder.Write(until + ".json", await PrintAsync("--until", until)));
            files.Add(_folder.Write(until + "-all.json", await PrintAsync(
                "--until", until, "--tasks", "10000", "--secret", "tokens", "--config", _folder.Write("w/options.json", "{}"),
                "--run", new string('x', 90), "--source", "dir:/it's here", "--set", "clean.preset=codeparrot")));
        }

        Assert.All(Faults(files), Assert.Empty);
        JsonNode all = JsonNode.Parse(File.ReadAllText(files[^1]))!;
        JsonNode container = all["spec"]!["template"]!["spec"]!["containers"]![0]!;
        Assert.Equal("tokens", (string)container["envFrom"]![0]!["secretRef"]!["name"]!);
        Assert.Equal(_folder["w"], (string)container["volumeMounts"]![0]!["mountPath"]!);

        // Tasks are named by the job's name and their number, together a DNS label.
        Assert.InRange($"{all["metadata"]!["name"]}-9999".Length, 1, 63);
    }

    /// <summary>The validation finds each wrong name and each value of a wrong type.</summary>
    [Fact]
    public async Task Manifest_withOneFieldWrong_isRefused()
    {
        RequireModels();
        string manifest = await PrintAsync("--until", "tokenize", "--secret", "tokens");
        List<string> files = [], changes = [];
        foreach (string field in Fields(JsonNode.Parse(manifest)!))
        {
            JsonNode renamed = JsonNode.Parse(manifest)!, replaced = JsonNode.Parse(manifest)!;
            (JsonObject owner, string name) = Find(renamed, field);
            JsonNode value = owner[name]!.DeepClone();
            owner.Remove(name);
            owner[name + "s"] = value;
            Add($"{field}s is unknown", renamed);
            (owner, name) = Find(replaced, field);
            owner[name] = value.GetValueKind() == JsonValueKind.String ? 7 : "seven";
            Add($"data{field} must", replaced);
        }

        Assert.Contains(changes, change => change.StartsWith("/spec/template/spec/containers/0/envFrom/0/secretRef/names ", StringComparison.Ordinal));
        Assert.Empty(Faults(files).Zip(changes)
            .Where(pair => !pair.First.Any(fault => fault.Contains(pair.Second, StringComparison.Ordinal)))
            .Select(pair => $"{pair.Second}: {string.Join(" | ", pair.First)}"));

        void Add(string change, JsonNode wrong)
        {
            files.Add(_folder.Write($"wrong-{files.Count}.json", wrong.ToJsonString()));
            changes.Add(change);
        }
    }

    [Fact]
    public async Task Submit_kubernetesConfigOutsideTheWorkspace_isWrongUse()
    {
        (int code, TestTerminal terminal) = await RunAsync("--until", "dedup", "--config", _folder.Write("options.json", "{}"));
        Assert.Equal(DataForgeException.WrongUse, code);
        Assert.Contains("put it into the workspace", Assert.Single(terminal.ErrorLines), StringComparison.Ordinal);
    }

    /// <summary>A workspace may be written with a separator at its end.</summary>
    [Fact]
    public async Task Submit_kubernetesConfigInTheWorkspace_isAccepted()
    {
        string config = _folder.Write("w/options.json", "{}");
        foreach (string workspace in (string[])[_folder["w"], _folder["w"] + "/"])
        {
            (int code, TestTerminal terminal) = await RunInAsync(workspace, "--until", "dedup", "--config", config);
            Assert.True(code == 0, terminal.Error.ToString());
        }
    }

    private static void RequireModels()
    {
        string? missing = NodeReaders.MissingOf("kubernetes-models");
        Assert.SkipWhen(missing is not null, missing ?? "");
    }

    // What is wrong with each job.
    private static List<string[]> Faults(IEnumerable<string> files) =>
        [.. NodeReaders.Run("kubernetes-jobs.mjs", files).Select(line => JsonSerializer.Deserialize<string[]>(line)!)];

    // The places of all members, such as /spec/completions.
    private static IEnumerable<string> Fields(JsonNode node, string place = "") => node switch
    {
        JsonObject all => all.SelectMany(member => Fields(member.Value!, $"{place}/{member.Key}").Prepend($"{place}/{member.Key}")),
        JsonArray all => all.SelectMany((item, index) => Fields(item!, $"{place}/{index}")),
        _ => [],
    };

    private static (JsonObject Owner, string Name) Find(JsonNode root, string field)
    {
        string[] steps = field[1..].Split('/');
        JsonNode owner = steps[..^1].Aggregate(root, (node, step) => node is JsonArray all ? all[int.Parse(step, null)]! : node[step]!);
        return (owner.AsObject(), steps[^1]);
    }

    private async Task<string> PrintAsync(params string[] more)
    {
        (int code, TestTerminal terminal) = await RunAsync(more);
        Assert.True(code == 0, terminal.Error.ToString());
        return terminal.Output.ToString();
    }

    private Task<(int Code, TestTerminal Terminal)> RunAsync(params string[] more) => RunInAsync(_folder["w"], more);

    private static async Task<(int Code, TestTerminal Terminal)> RunInAsync(string workspace, params string[] more)
    {
        var terminal = new TestTerminal();
        int code = await DataForgeHost.InvokeAsync(
            ["submit", "--engine", "kubernetes", "--workspace", workspace, .. Image, .. more], terminal.Terminal, CancellationToken.None);
        return (code, terminal);
    }
}
