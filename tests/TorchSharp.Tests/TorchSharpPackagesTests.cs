using System.Runtime.Versioning;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.TorchSharp;
using DataForge.Testing;

namespace DataForge.TorchSharp.Tests;

[UnsupportedOSPlatform("windows")]
public class TorchSharpPackagesTests
{
    [Fact]
    public void Packages_areThoseOfTheLockFile()
    {
        string locked = File.ReadAllText(Path.Combine(SharedFiles.ProjectRoot, "Pretrain", "packages.lock.json"));
        foreach (NativePackage package in NativePackage.All)
        {
            int at = locked.IndexOf($"\"{package.Id}\": {{", StringComparison.Ordinal);
            string entry = locked[at..locked.IndexOf('}', at)];
            Assert.Contains($"\"resolved\": \"{package.Version}\"", entry, StringComparison.Ordinal);
            Assert.Contains($"\"contentHash\": \"{package.ContentHash}\"", entry, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Ensure_packagesAreThere_startsNothing() =>
        TorchSharpPackages.Ensure("/nonexistent/dotnet", NativePackage.PackagesFolder, Assert.Fail, CancellationToken.None);

    [Fact]
    public void Ensure_packagesAreMissing_restoresThemIntoNuGetsFolder()
    {
        using TemporaryFolder folder = new();
        List<string> told = [];
        string dotnet = Dotnet(folder, Installing(NativePackage.Libtorch.ContentHash, NativePackage.TorchSharp.ContentHash));
        TorchSharpPackages.Ensure(dotnet, folder["packages"], told.Add, CancellationToken.None);
        Assert.Contains("2.10.0", Assert.Single(told), StringComparison.Ordinal);
        Assert.All(NativePackage.All, package => Assert.StartsWith(folder["packages"], package.Find(folder["packages"]), StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(folder["packages", "libtorch-cpu-linux-x64"], "*.nupkg", SearchOption.AllDirectories));
    }

    [Fact]
    public void Ensure_sourceServesOtherContent_isRefusedInOneLine()
    {
        using TemporaryFolder folder = new();
        string dotnet = Dotnet(folder, Installing(NativePackage.Libtorch.ContentHash, "another"));
        Fails(dotnet, folder, "holds another TorchSharp");
    }

    [Fact]
    public void Ensure_restoreFails_saysWhyInOneLine()
    {
        using TemporaryFolder folder = new();
        Fails(Dotnet(folder, "echo 'Determining projects'; echo 'x.csproj : error NU1301: no such source'; exit 1"), folder, "NU1301: no such source");
    }

    [Fact]
    public void Ensure_dotnetIsMissing_saysSoInOneLine()
    {
        using TemporaryFolder folder = new();
        Fails(folder["no-dotnet"], folder, "DATAFORGE_LIBTORCH");
    }

    [Fact]
    public void Find_packageWhoseInstallationWasInterrupted_isNotThere()
    {
        using TemporaryFolder folder = new();
        string native = Path.Combine(folder.Path, "libtorch-cpu-linux-x64", NativePackage.Libtorch.Version, "runtimes", "linux-x64", "native");
        Directory.CreateDirectory(native);
        File.WriteAllText(Path.Combine(native, "libtorch.so"), "");
        Assert.Null(NativePackage.Libtorch.Find(folder.Path));
    }

    private static void Fails(string dotnet, TemporaryFolder folder, string expected)
    {
        TorchException e = Assert.Throws<TorchException>(() => TorchSharpPackages.Ensure(dotnet, folder["packages"], _ => { }, CancellationToken.None));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    // A script that stands for dotnet; $2 is the project to restore.
    private static string Dotnet(TemporaryFolder folder, string script)
    {
        string path = folder["dotnet"];
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private static string Installing(params string[] hashes) =>
        "packages=$(sed -n 's|.*<RestorePackagesPath>\\(.*\\)</RestorePackagesPath>.*|\\1|p' \"$2\")\n" + string.Join('\n', NativePackage.All.Zip(hashes, (package, hash) =>
            $$"""
            folder="$packages/{{package.Id.ToLowerInvariant()}}/{{package.Version}}"
            mkdir -p "$folder/runtimes/linux-x64/native"
            touch "$folder/runtimes/linux-x64/native/{{package.Library}}" "$folder/{{package.Id}}.nupkg"
            echo '{ "contentHash": "{{hash}}" }' >"$folder/.nupkg.metadata"
            """));
}
