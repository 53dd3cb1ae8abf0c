using System.Text;
using DataForge.Forge;
using DataForge.Forge.Git;
using DataForge.Forge.Limits;
using DataForge.Forge.Repositories;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Fetch;

/// <summary>A forge of repositories that a test makes, without limits.</summary>
internal sealed class TestForge : IAsyncDisposable
{
    /// <summary>A query that finds all of them.</summary>
    public const string Source = "github:language:python stars:>=10 fork:true";

    private const long Pushed = 1_600_000_000;
    private static readonly ForgeOwner Owner = new(1, "owner");
    private readonly TemporaryFolder _folder;
    private ForgeServer? _server;
    private int _next = 100;

    public TestForge(TemporaryFolder folder) => _folder = folder;

    public ForgeCatalog Repositories { get; } = new();

    public ForgeServer Server => _server!;

    /// <summary>Adds a repository over a bare folder; null has no commit.</summary>
    public ForgeRepository Add(string name, string? gitFolder)
    {
        int id = _next++;
        var repository = new ForgeRepository
        {
            Id = id, Owner = Owner, Name = name, GitFolder = gitFolder, CreatedAt = Pushed - (1000 * id), PushedAt = Pushed + id,
            UpdatedAt = Pushed + id,
            Stars = 10 + (id % 7), Forks = id % 3, License = "mit", Size = 10,
        };
        Repositories.Add(repository);
        return repository;
    }

    /// <summary>Adds a repository with files.</summary>
    public async Task<ForgeRepository> AddAsync(string name, params (string Path, string Content)[] files)
    {
        string folder = _folder["forge", name + ".git"];
        BareRepository.Create(folder);
        await CommitAsync(folder, files);
        return Add(name, folder);
    }

    /// <summary>Commits files as a push does.</summary>
    public static async Task PushAsync(ForgeRepository repository, params (string Path, string Content)[] files)
    {
        repository.PushedAt += 1_000_000;
        repository.UpdatedAt = repository.PushedAt;
        await CommitAsync(repository.GitFolder!, files);
    }

    public async Task<TestForge> StartAsync(ForgeOptions? options = null)
    {
        _server = await ForgeServer.StartAsync(Repositories, options ?? new ForgeOptions { Limits = LimitSizes.None });
        return this;
    }

    /// <summary>A crawl of this forge into a workspace.</summary>
    public TestCrawl Crawl(string workspace)
    {
        var crawl = new TestCrawl(workspace);
        crawl.Options.GitHubBaseAddress = Server.Address.ToString();
        return crawl;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private static Task<string> CommitAsync(string folder, (string Path, string Content)[] files) =>
        BareRepository.CommitAsync(folder, files.Select(file => new ForgeFile(file.Path, Encoding.UTF8.GetBytes(file.Content))), Pushed);
}
