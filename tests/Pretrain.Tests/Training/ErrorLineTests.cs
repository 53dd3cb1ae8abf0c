using DataForge.Pretrain.Data;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Data;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Training;

/// <summary>What can go wrong with the machine or the files: one line each, that says what and what to do.</summary>
public class ErrorLineTests
{
    private static readonly GptNeoConfig Tiny = new()
    {
        VocabSize = 97, MaxPositionEmbeddings = 40, HiddenSize = 32, NumLayers = 2, NumHeads = 2, AttentionLayers = GptNeoConfig.Alternating(2),
    };

    private static readonly TrainingOptions Options = new() { Steps = 2, WarmupSteps = 0, BatchSize = 2, BlockSize = 32, PeakTeraflops = 1 };

    [Fact]
    public void Load_noLibrary_saysHowToCompileIt() =>
        OneLine(Assert.Throws<TorchException>(() => NativeLibraryFinder.Load(null)), "was not found", "build.sh");

    [Fact]
    public void Load_libraryWhoseLibtorchIsGone_saysWhichAndHowToCompileIt()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "libdataforge_torch.so");
        Assert.SkipWhen(!File.Exists("/usr/bin/gcc"), "there is no gcc to make such a library with");
        using System.Diagnostics.Process gcc = System.Diagnostics.Process.Start(
            "/bin/sh", ["-c", $"cd {folder.Path} && echo 'int f(void){{return 1;}}' | gcc -shared -fPIC -x c - -o libtorch_gone.so && echo 'int f(void);int g(void){{return f();}}' | gcc -shared -fPIC -x c - -o libdataforge_torch.so -L. -ltorch_gone && rm libtorch_gone.so"]);
        gcc.WaitForExit();
        Assert.Equal(0, gcc.ExitCode);
        OneLine(Assert.Throws<TorchException>(() => NativeLibraryFinder.Load(path)), "does not load", "libtorch_gone.so", "build.sh");
    }

    [Fact]
    public void Load_libraryOfAnotherVersion_saysHowToCompileIt()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "libdataforge_torch.so");
        Assert.SkipWhen(!File.Exists("/usr/bin/gcc"), "there is no gcc to make such a library with");
        using System.Diagnostics.Process gcc = System.Diagnostics.Process.Start(
            "/bin/sh", ["-c", $"echo 'int dft_abi_version(void){{return -1;}}' | gcc -shared -fPIC -x c - -o {path}"]);
        gcc.WaitForExit();
        OneLine(Assert.Throws<TorchException>(() => NativeLibraryFinder.Load(path)), "compiled from another version", "build.sh");
    }

    [Fact]
    public void Trainer_gpuWhereThereIsNone_saysToUseTheCpu()
    {
        NativeTorch.SkipWithoutLibrary();
        Assert.SkipWhen(torch.CudaAvailable, "this machine has a GPU");
        OneLine(Assert.Throws<TrainingException>(() => new Trainer(Tiny, Options with { Device = "cuda" }, new AffineData(97, 32), new RecordingLog())), "no CUDA", "use cpu");
    }

    [Theory]
    [InlineData(16, 5, "the largest BatchSize that fits is 5 ")]
    [InlineData(16, 15, "the largest BatchSize that fits is 15 ")]
    [InlineData(16, 1, "the largest BatchSize that fits is 1 ")]
    [InlineData(1, 0, "not even a BatchSize of 1 fits")]
    [InlineData(7, 0, "not even a BatchSize of 1 fits")]
    public void OutOfMemory_triedHalfByHalf_namesTheLargestBatch(int asked, int largest, string expected)
    {
        TorchException cause = new("aten::mm: CUDA out of memory. Tried to allocate 2.00 GiB\nand more");
        Assert.True(MemoryEstimate.IsOutOfMemory(cause));
        OneLine(MemoryEstimate.OutOfMemory(asked, batch => batch <= largest, cause), expected);
    }

    [Fact]
    public void Trainer_moreThanTheMachineHas_namesTheLargestBatch()
    {
        TrainingOptions options = new() { BatchSize = 64, BlockSize = 1024 };
        OneLine(Assert.Throws<TrainingException>(() => MemoryEstimate.CheckFits(GptNeoConfig.Base110M(), options, 8e9)), "the largest BatchSize that fits is");
    }

    [Fact]
    public void Run_checkpointOfAnotherConfiguration_saysWhichAndWhatToDo()
    {
        NativeTorch.SkipWithoutLibrary();
        using TemporaryFolder folder = new();
        using (Trainer first = new(Tiny, Options, new AffineData(97, 32), new RecordingLog()))
        {
            first.Run(folder.Path, CancellationToken.None);
        }

        using Trainer other = new(Tiny with { NumLayers = 1, AttentionLayers = GptNeoConfig.Alternating(1) }, Options, new AffineData(97, 32), new RecordingLog());
        OneLine(Assert.Throws<TrainingException>(() => other.Run(folder.Path, CancellationToken.None)), "is of another run: its model", "use another run name");
    }

    [Fact]
    public void PackedTrainingData_damagedShard_namesTheFile()
    {
        using ShardFolder shards = new();
        string path = shards.Add([10, 20]);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^3]);
        TokenShardException e = Assert.Throws<TokenShardException>(() => new PackedTrainingData([path], [], new PackedDataOptions
        {
            BlockSize = 8, BatchSize = 1, VocabularySize = 100, FillerToken = 0,
        }));
        OneLine(e, path);
    }

    private static void OneLine(Exception e, params string[] expected)
    {
        Assert.DoesNotContain('\n', e.Message);
        Assert.All(expected, part => Assert.Contains(part, e.Message, StringComparison.Ordinal));
    }
}
