using System.Runtime.CompilerServices;
using DataForge.Pretrain.Torch;
using GoldenFiles = DataForge.TorchSharp.Tests.Golden;

namespace DataForge.Pretrain.Tests.Torch;

/// <summary>Stands for the class of this name in Pretrain.Tests, in the tests that both projects run.</summary>
internal static class NativeTorch
{
    internal const TrainingEngine Engine = TrainingEngine.TorchSharp;

    internal static Device Device => Device.CPU;

    internal static void SkipWithoutLibrary() => GoldenFiles.Prepare();

    internal static string Golden(string config) => GoldenFiles.Folder(config);

    internal static double MaxDifference(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected) =>
        GoldenFiles.MaxDifference(actual, expected);

    /// <summary>The native engine is not found in this process, so the engine "auto" is TorchSharp.</summary>
    [ModuleInitializer]
    internal static void HideNativeEngine() => Environment.SetEnvironmentVariable("DATAFORGE_NATIVE", "/nonexistent");
}
