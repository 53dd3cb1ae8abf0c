using DataForge.Pretrain.TorchSharp;
using DataForge.Testing;

namespace DataForge.TorchSharp.Tests;

public class VersionRequirementTests
{
    [Fact]
    public void Weaken_bindingOfThePackage_setsOneFlag()
    {
        byte[] before = Binding(), after = Binding();
        Assert.True(VersionRequirement.Weaken(after, "GLIBCXX_3.4.32"));
        int[] changed = [.. Enumerable.Range(0, before.Length).Where(i => before[i] != after[i])];
        Assert.Equal(2, after[Assert.Single(changed)]);
    }

    [Fact]
    public void Weaken_versionThatIsNotRequired_changesNothing()
    {
        byte[] library = Binding();
        Assert.False(VersionRequirement.Weaken(library, "GLIBCXX_9.9"));
        Assert.Equal(Binding(), library);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(1000)]
    public void Weaken_fileCutShort_isFalse(int length) => Assert.False(VersionRequirement.Weaken(Binding().AsSpan(0, length), "GLIBCXX_3.4.32"));

    [Fact]
    public void Versions_areThoseOfTheReferencedPackages()
    {
        string versions = File.ReadAllText(Path.Combine(SharedFiles.ProjectRoot, "Directory.Packages.props"));
        Assert.Contains($"Include=\"TorchSharp\" Version=\"{TorchSharpLibrary.TorchSharpVersion}\"", versions, StringComparison.Ordinal);
        Assert.Contains($"Include=\"libtorch-cpu-linux-x64\" Version=\"{TorchSharpLibrary.LibtorchVersion}\"", versions, StringComparison.Ordinal);
    }

    private static byte[] Binding()
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return File.ReadAllBytes(Path.Combine(
            packages, "torchsharp", TorchSharpLibrary.TorchSharpVersion, "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));
    }
}
