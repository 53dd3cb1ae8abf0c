using System.Runtime.CompilerServices;
using DataForge.TorchSharp.Tests;

namespace DataForge.Pretrain.Tests.Torch;

/// <summary>Stands for the class of this name in Pretrain.Tests, in the tests that both projects run.</summary>
internal static class NativeTorch
{
    internal static void SkipWithoutLibrary() => Golden.Prepare();

    /// <summary>The native engine is not found in this process, so the engine "auto" is TorchSharp.</summary>
    [ModuleInitializer]
    internal static void HideNativeEngine() => Environment.SetEnvironmentVariable("DATAFORGE_NATIVE", "/nonexistent");
}
