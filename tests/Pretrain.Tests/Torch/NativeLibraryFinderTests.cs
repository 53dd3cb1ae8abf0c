using DataForge.Pretrain.Tests.Training;
using DataForge.Pretrain.Torch;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Torch;

public class NativeLibraryFinderTests
{
    [Fact]
    public void Load_missing_saysWhatToDo()
    {
        TorchException e = Assert.Throws<TorchException>(() => NativeLibraryFinder.Load(null));
        Assert.Contains("run ./dataforge", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Load_notALibrary_saysWhatToDo()
    {
        using TemporaryFolder folder = new();
        string file = folder["libdataforge_torch.so"];
        File.WriteAllText(file, "no library");
        TorchException e = Assert.Throws<TorchException>(() => NativeLibraryFinder.Load(file));
        Assert.Contains("run ./dataforge", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Load_otherLibrary_saysMismatch()
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "looks for libm");
        TorchException e = Assert.Throws<TorchException>(() => NativeLibraryFinder.Load("libm.so.6"));
        Assert.Contains("another version of the program", e.Message, StringComparison.Ordinal);
    }
}
