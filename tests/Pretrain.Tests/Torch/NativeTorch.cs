using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Torch;

/// <summary>What tests need of the machine: the compiled library, the reference files. Where one is absent the test skips, saying so.</summary>
internal static class NativeTorch
{
    /// <summary>The engine that tests of both engines train with here.</summary>
    internal const TrainingEngine Engine = TrainingEngine.Native;

    internal static void SkipWithoutLibrary()
    {
        Assert.SkipWhen(NativeLibraryFinder.Find() is null, "libdataforge_torch.so is not compiled (Pretrain/Torch/native/build.sh artifacts/native)");
        torch.set_num_threads(Math.Min(2, Environment.ProcessorCount));
    }

    /// <summary>Where the golden tests compute: DATAFORGE_TEST_DEVICE, such as cuda; cpu where it is not set.</summary>
    internal static Device Device { get; } = Device.Parse(Environment.GetEnvironmentVariable("DATAFORGE_TEST_DEVICE") ?? "cpu");

    internal static string Golden(string config)
    {
        SkipWithoutLibrary();
        string? folder = SharedFiles.Find("golden", config);
        Assert.SkipWhen(Device.Type == DeviceType.CUDA && !torch.CudaAvailable, $"DATAFORGE_TEST_DEVICE is {Device}, and there is no GPU or no CUDA in libtorch");
        Assert.SkipWhen(folder is null, $"the reference tensors golden/{config} are not here");
        return folder!;
    }

    /// <summary>The trainer's model, whose engine is the native one.</summary>
    internal static GptNeoForCausalLM NativeModel(this Trainer trainer) => (GptNeoForCausalLM)trainer.Model;

    internal static float[] Floats(Tensor tensor) => tensor.to(Device.CPU).contiguous().AsSpan<float>().ToArray();

    /// <summary>The largest absolute difference, with its place.</summary>
    internal static double MaxDifference(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double difference = Math.Abs((double)actual[i] - expected[i]);
            largest = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(largest, difference);
        }

        return largest;
    }
}
