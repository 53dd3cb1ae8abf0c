using System.Text;
using DataForge.Corpus;
using DataForge.Crawler.Folders;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Folders;

public class DebianCopyrightsTests
{
    [Fact]
    public void Attach_ownedFiles_packageGetsCopyrightOfItsOwners()
    {
        using var folder = new TemporaryFolder();
        string root = folder["lib", "dist-packages"];
        folder.Write("lib/dist-packages/a/x.py", "");
        folder.Write("doc/python3-a/copyright", "a");
        folder.Write("doc/python3-more/copyright", "more");
        folder.Write("outside/copyright", "not documentation");
        File.CreateSymbolicLink(folder["doc", "python3-b"], "python3-a");
        File.CreateSymbolicLink(folder["doc", "python3-c"], folder["outside"]);
        folder.Write("info/python3-a.list", $"/.\n{root}/a\n{root}/a/x.py\n{root}/a/y.py\n");
        folder.Write("info/python3-more:amd64.list", $"{root}/a/z.py\n");
        folder.Write("info/python3-b.list", $"{root}/b.py\n");
        folder.Write("info/python3-c.list", $"{root}/c/x.py\n{root}x/no.py\n");

        FolderPackage[] packages =
        [
            new() { Name = "a", Form = PackageForm.Package, Folder = Encoding.UTF8.GetBytes(root + "/a"), Prefix = "a"u8.ToArray() },
            new() { Name = "b.py", Form = PackageForm.Module, Folder = Encoding.UTF8.GetBytes(root), Module = "b.py"u8.ToArray() },
            new() { Name = "c", Form = PackageForm.Package, Folder = Encoding.UTF8.GetBytes(root + "/c"), Prefix = "c"u8.ToArray() },
        ];
        new DebianCopyrights(folder["info"], folder["doc"]).Attach(root, packages);

        Assert.Equal(["debian/copyright", "debian/python3-more/copyright"], packages[0].Evidence.Select(evidence => evidence.Path));
        Assert.Equal(["debian/copyright"], packages[1].Evidence.Select(evidence => evidence.Path));
        Assert.Equal(folder["doc", "python3-a", "copyright"], Encoding.UTF8.GetString(packages[1].Evidence[0].File));
        Assert.Equal(FileKind.License, packages[1].Evidence[0].Kind);
        Assert.Empty(packages[2].Evidence);
    }

    [Fact]
    public void Attach_looseModules_oneCopyrightForAll()
    {
        using var folder = new TemporaryFolder();
        folder.Write("doc/lib/copyright", "psf");
        folder.Write("python3/os.py", "");
        folder.Write("info/lib.list", $"{folder["python3"]}/os.py\n{folder["python3"]}/re/x.py\n");
        FolderPackage[] packages = [new() { Name = "python3", Form = PackageForm.Modules, Folder = Encoding.UTF8.GetBytes(folder["python3"]) }];
        new DebianCopyrights(folder["info"], folder["doc"]).Attach(folder["python3"], packages);
        Assert.Equal("debian/copyright", Assert.Single(packages[0].Evidence).Path);
    }
}
