using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using DataForge.Forge.Content;
using DataForge.Forge.Faults;
using DataForge.Forge.Git;
using DataForge.Forge.Repositories;

namespace DataForge.Forge.Tests.Git;

public sealed class GitTests
{
    [Fact]
    public async Task Clone_partial_brings_trees_and_counts_bytes()
    {
        await using TestForge forge = await TestForge.StartAsync(content: true);
        ForgeRepository repository = forge.Filled[0];
        Git(
            forge[""], "clone", "-q", "--bare", "--depth", "1", "--filter=blob:none", $"{forge.Server.Address}{repository.FullName}.git",
            "one");
        await forge.Server.WaitForRequestsAsync();
        RepositoryTraffic trees = forge.Server.Traffic[repository.Id];
        Git(forge[""], "clone", "-q", "--bare", "--depth", "1", $"{forge.Server.Address}{repository.FullName}", "two");
        await forge.Server.WaitForRequestsAsync();
        RepositoryTraffic both = forge.Server.Traffic[repository.Id];

        Assert.Equal((1, 3), (trees.Fetches, trees.Requests));
        Assert.InRange(trees.BytesSent, 300, 5_000);
        Assert.True(both.BytesSent > 65_000);
        Assert.Contains("src/", Git(forge["two"], "ls-tree", "--name-only", "HEAD", "src/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clone_moved_empty_and_hidden_repositories()
    {
        await using TestForge forge = await TestForge.StartAsync(content: true);
        ForgeRepository moved = forge.Filled[0];
        string old = moved.FullName;
        forge.Server.Repositories.Rename(moved, moved.Owner, "moved");
        Git(forge[""], "clone", "-q", "--bare", $"{forge.Server.Address}{old}.git", "moved");

        ForgeRepository empty = forge.Server.Repositories.All.First(one => one.GitFolder is null);
        Git(forge[""], "clone", "-q", "--bare", $"{forge.Server.Address}{empty.FullName}.git", "empty");
        Assert.Equal("", Git(forge["empty"], "for-each-ref"));

        forge.Filled[1].State = RepositoryState.Vanished;
        Assert.ThrowsAny<InvalidOperationException>(
            () => Git(forge[""], "clone", "-q", "--bare", $"{forge.Server.Address}{forge.Filled[1].FullName}.git", "gone"));
    }

    [Fact]
    public async Task Clone_cut_pack_fails_and_works_again()
    {
        await using TestForge forge = await TestForge.StartAsync(content: true);
        string url = $"{forge.Server.Address}{forge.Filled[0].FullName}.git";
        forge.Server.Faults.Plant(
            new PlantedFault(FaultKind.CutBody) { Target = $"/{forge.Filled[0].FullName}.git/git-upload-pack", Skip = 1 });
        Assert.ThrowsAny<InvalidOperationException>(() => Git(forge[""], "clone", "-q", "--bare", url, "cut"));
        Git(forge[""], "clone", "-q", "--bare", url, "whole");
    }

    [Fact]
    public async Task Fill_same_folders_same_commits_and_forks_share()
    {
        await using TestForge forge = await TestForge.StartAsync(content: true);
        await using TestForge other = await TestForge.StartAsync(content: true);
        Assert.Equal(forge.Filled.Select(Head), other.Filled.Select(Head));

        ForgeRepository fork = forge.Filled[9];
        string[] mine = Blobs(fork);
        string[] parents = Blobs(fork.Parent!);
        Assert.Equal(2, mine.Except(parents).Count());
        Assert.True(mine.Length > 5);
    }

    [Fact]
    public async Task Push_new_commit_on_top()
    {
        await using TestForge forge = await TestForge.StartAsync(content: true);
        ForgeRepository repository = forge.Filled[0];
        string before = Head(repository);
        string commit = await ContentLibrary.PushAsync(
            repository, [new ForgeFile("new.py", "x = 1\n"u8.ToArray()), new ForgeFile("README.md", null)], repository.PushedAt + 60);
        Assert.Equal(commit, Head(repository));
        Assert.Equal(before, Git(repository.GitFolder!, "rev-parse", "HEAD^").Trim());
        Assert.Equal("new.py", Git(repository.GitFolder!, "ls-tree", "--name-only", "HEAD", "new.py", "README.md").Trim());
    }

    [Fact]
    public async Task Archive_holds_the_files_of_the_branch()
    {
        await using TestForge forge = await TestForge.StartAsync(content: true);
        using HttpResponseMessage redirect = await forge.Http.GetAsync($"/repos/{forge.Filled[0].FullName}/tarball/main");
        Assert.Equal(302, (int)redirect.StatusCode);
        await using Stream body = await forge.Http.GetStreamAsync(redirect.Headers.Location);
        await using var plain = new GZipStream(body, CompressionMode.Decompress);
        await using var tar = new TarReader(plain);
        List<string> names = [];
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            names.Add(entry.Name);
        }

        Assert.Contains(names, name => name.EndsWith("/setup.py", StringComparison.Ordinal));
        await forge.Server.WaitForRequestsAsync();
        Assert.Equal("codeload", forge.Server.Log.All[^1].Resource);
    }

    private static string Head(ForgeRepository repository) => Git(repository.GitFolder!, "rev-parse", "HEAD").Trim();

    private static string[] Blobs(ForgeRepository repository) =>
        Git(repository.GitFolder!, "ls-tree", "-r", "--format=%(objectname)", "HEAD").Split('\n');

    private static string Git(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-c", "safe.directory=*", .. arguments])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        using Process git = Process.Start(start)!;
        Task<string> errors = git.StandardError.ReadToEndAsync();
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0 ? output : throw new InvalidOperationException(errors.Result);
    }
}
