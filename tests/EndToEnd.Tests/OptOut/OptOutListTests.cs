using DataForge.Corpus;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.OptOut;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.OptOut;

public sealed class OptOutListTests
{
    [Fact]
    public void Read_commentsAndRepeats_givesEachEntryOnce()
    {
        using var folder = new TemporaryFolder();
        string list = folder.Write("list.txt", "# all of them\nb/two # why\n\n  a/one\nb/two\nowner/*\nowner\nMy Project\n");
        Assert.Equal(["My Project", "a/one", "b/two", "owner", "owner/*"], OptOutListFile.Read(list, ["my project"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nobody\n")]
    [InlineData("owner/name some/file.py\n")]
    [InlineData("https://github.com/owner/name\n")]
    [InlineData("/owner\n")]
    [InlineData("owner/\n")]
    [InlineData("own*\n")]
    [InlineData("*\n")]
    [InlineData("*/name\n")]
    [InlineData("\u0001\n")]
    [InlineData("owner/one\ngit@host:acme/tool.git\n")]
    [InlineData("@acme\n")]
    [InlineData("a/b,c/d\n")]
    [InlineData("a/b;c/d\n")]
    [InlineData("\"a/b\"\n")]
    [InlineData("github.com:acme\n")]
    public void Read_badList_isWrongUse(string text)
    {
        using var folder = new TemporaryFolder();
        DataForgeException fault = Assert.Throws<DataForgeException>(() => OptOutListFile.Read(folder.Write("list.txt", text), []));
        Assert.Equal(DataForgeException.WrongUse, fault.ExitCode);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Fact]
    public void Read_namesOfTheWorkspace_areUnderstoodWhateverTheyAreMadeOf()
    {
        using var folder = new TemporaryFolder();
        string list = folder.Write("list.txt", "a,b@c\nürün/ad+1_2.x-y\n");
        Assert.Equal(["a,b@c", "ürün/ad+1_2.x-y"], OptOutListFile.Read(list, ["a,b@c"]));
    }

    [Theory]
    [InlineData("owner/name", "owner/name", true)]
    [InlineData("owner/name", "Owner/Name", true)]
    [InlineData("owner/name", "owner/name2", false)]
    [InlineData("owner/name", "owner/name/sub", false)]
    [InlineData("owner", "owner/name", true)]
    [InlineData("owner", "owner", true)]
    [InlineData("owner", "owners/name", false)]
    [InlineData("owner/*", "owner/name", true)]
    [InlineData("owner/*", "owner", false)]
    [InlineData("name", "owner/name", false)]
    public void FindRepository_entryAndName_covers(string entry, string name, bool covers) =>
        Assert.Equal(covers, new OptOutList().With([entry]).FindRepository(name) is not null);

    [Fact]
    public async Task OptOut_wrongUse_saysSoInOneLineAndChangesNothing()
    {
        using var folder = new TemporaryFolder();
        string list = folder.Write("list.txt", "owner/name\n");
        await Fails(2, "optout", list, "--workspace", folder["none"]);
        Directory.CreateDirectory(folder["w"]);
        await Fails(2, "optout", folder["no-list"], "--workspace", folder["w"]);
        await Fails(2, "optout", "--workspace", folder["w"]);
        await Fails(2, "optout", folder.Write("bad.txt", "a b c\n"), "--workspace", folder["w"]);
        using (FileLock.TryShare(OptOutLock.LockFile(folder["w"])))
        {
            await Fails(1, "optout", list, "--workspace", folder["w"]);
        }

        using (FileLock.TryTake(OptOutLock.LockFile(folder["w"])))
        {
            await Fails(1, "crawl", "--source", "dir:" + folder["w"], "--workspace", folder["w"]);
        }

        Assert.False(File.Exists(folder["w/optout.json"]));

        // An empty workspace remembers the list for what is crawled later.
        (int code, string output, string error) = await DataForgeProcess.RunAsync("optout", list, "--workspace", folder["w"]);
        Assert.True(code == 1, output + error);
        Assert.Contains("owner/name: nothing in the workspace has this name", output, StringComparison.Ordinal);
        Assert.Contains("1 of 1 requests match nothing", Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.True(WorkspaceOptOuts.Read(Workspace.Open(folder["w"])).Covers(1, "owner/name"));
        Assert.False(File.Exists(folder["w/optout.journal.json"]));
    }

    [Fact]
    public void TryShare_severalAndOneAlone_excludeEachOther()
    {
        using var folder = new TemporaryFolder();
        using (FileLock? one = FileLock.TryShare(folder["lock"]))
        using (FileLock? two = FileLock.TryShare(folder["lock"]))
        {
            Assert.NotNull(one);
            Assert.NotNull(two);
            Assert.Null(FileLock.TryTake(folder["lock"]));
        }

        using FileLock? alone = FileLock.TryTake(folder["lock"]);
        Assert.NotNull(alone);
        Assert.Null(FileLock.TryShare(folder["lock"]));
    }

    private static async Task Fails(int expected, params string[] arguments)
    {
        (int code, string output, string error) = await DataForgeProcess.RunAsync(arguments);
        Assert.True(code == expected, $"exit code {code}\n{output}\n{error}");
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }
}
