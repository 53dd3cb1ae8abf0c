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
            Package("a", PackageForm.Package, root + "/a"),
            Package("b.py", PackageForm.Module, root, module: "b.py"),
            Package("c", PackageForm.Package, root + "/c"),
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
        FolderPackage[] packages = [Package("python3", PackageForm.Modules, folder["python3"])];
        new DebianCopyrights(folder["info"], folder["doc"]).Attach(folder["python3"], packages);
        Assert.Equal("debian/copyright", Assert.Single(packages[0].Evidence).Path);
    }

    // Which files of a package a Debian package owns does not depend on its tree.
    private static FolderPackage Package(string name, PackageForm form, string folder, string? module = null) => new()
    {
        Name = name,
        Form = form,
        Tree = FolderTree.Walk(new FileSystem(), [], [], depth: -1, CancellationToken.None),
        Folder = Encoding.UTF8.GetBytes(folder),
        Root = Encoding.UTF8.GetBytes(folder),
        Prefix = form == PackageForm.Package ? Encoding.UTF8.GetBytes(name) : [],
        Module = module is null ? null : Encoding.UTF8.GetBytes(module),
    };
}
