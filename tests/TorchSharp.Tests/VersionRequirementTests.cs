using DataForge.Pretrain.TorchSharp;

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

    private static byte[] Binding() => File.ReadAllBytes(NativePackage.TorchSharp.Find()!);
}
