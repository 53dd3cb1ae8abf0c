using DataForge.Crawler.GitHub;
using DataForge.Crawler.Storage;
using DataForge.Forge;
using DataForge.Forge.Content;
using DataForge.Forge.Limits;
using DataForge.Forge.Repositories;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.GitHub;

/// <summary>A forge with real Python code in some of its repositories, and a folder for workspaces of the program that crawls it.</summary>
internal sealed class ForgeWorld : IAsyncDisposable
{
    public const string Token = "ghp_0Secret0Token0Of0Alice0Number0One000001";
    public const string SecondToken = "ghp_0Secret0Token0Of0Alice0Number0Two000002";

    // With forks, most of whose contents are those of their parents: fetching them once is what these tests are about.
    public const string Source = "github:language:python stars:>=10 fork:true";

    private readonly TemporaryFolder _folder;

    private ForgeWorld(TemporaryFolder folder, ForgeServer forge, IReadOnlyList<ForgeRepository> filled) =>
        (_folder, Forge, Filled) = (folder, forge, filled);

    public ForgeServer Forge { get; }

    /// <summary>The repositories with content.</summary>
    public IReadOnlyList<ForgeRepository> Filled { get; }

    public string this[params string[] parts] => _folder[parts];

    /// <param name="generated">What the forge holds.</param>
    /// <param name="content">How many of its repositories have content.</param>
    public static async Task<ForgeWorld> StartAsync(GeneratorOptions generated, int content)
    {
        Assert.SkipWhen(RealPython.StandardLibrary is null, "no python3 with its library on this machine");
        var folder = new TemporaryFolder();
        var repositories = new ForgeCatalog();
        RepositoryGenerator.AddTo(repositories, generated);
        IReadOnlyList<ForgeRepository> filled =
            await ContentLibrary.FillAsync(repositories, [RealPython.StandardLibrary!], content, folder["forge"]);
        var alice = new ForgeOwner(1, "alice");
        ForgeServer forge = await ForgeServer.StartAsync(repositories, new ForgeOptions
        {
            Limits = LimitSizes.None,
            Tokens = new Dictionary<string, ForgeOwner> { [Token] = alice, [SecondToken] = alice },
        });
        return new ForgeWorld(folder, forge, filled);
    }

    /// <summary>The arguments of a crawl into a workspace; a new run of it searches the forge again.</summary>
    public IEnumerable<string> Arguments(string workspace, string run = "r") =>
    [
        "build", "--until", "crawl", "--workspace", this[workspace], "--run", run, "--workers", "2", "--source", Source,
        "--set", $"crawl.githubbaseaddress={Forge.Address}", "--set", "crawl.rawpartbytes=1048576",
    ];

    /// <summary>Starts a crawl with both tokens in its environment.</summary>
    public DataForgeProcess Crawl(string workspace, string run = "r", IEnumerable<string>? more = null) => DataForgeProcess.StartWith(
        _folder.Path, new Dictionary<string, string> { ["DATAFORGE_GITHUB_TOKENS"] = $"{Token},{SecondToken}" },
        [.. Arguments(workspace, run), .. more ?? []]);

    /// <summary>A crawl to its end.</summary>
    public async Task CrawlAllAsync(string workspace, string run = "r")
    {
        using DataForgeProcess process = Crawl(workspace, run);
        (int code, string output, string error) = await process.FinishAsync();
        Assert.True(code == 0, $"exit code {code}\n{output}\n{error}");
        await Forge.WaitForRequestsAsync();
    }

    /// <summary>SHA-256 of every file in <c>raw/</c>.</summary>
    public SortedDictionary<string, string> RawHashes(string workspace) => FolderHash.Of(this[workspace, "raw"], _ => true);

    /// <summary>The catalog as text, without times and leases.</summary>
    public string[] Dump(string workspace, string? address = null)
    {
        using Catalog catalog = Catalog.Open(CatalogAddress.Parse(address, this[workspace, "catalog.db"]), TimeProvider.System);
        using var text = new StringWriter();
        catalog.Dump(text);
        return text.ToString().Split('\n');
    }

    /// <summary>The status of the one query, by the ledger.</summary>
    public QueryStatus Status(string workspace)
    {
        using Catalog catalog = Catalog.Open(this[workspace, "catalog.db"]);
        return Assert.Single(CrawlStatus.Read(catalog.Ledger).Queries);
    }

    public async ValueTask DisposeAsync()
    {
        await Forge.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A size that an environment variable may enlarge.</summary>
    public static int Size(string variable, int ordinary) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out int size) ? size : ordinary;
}
