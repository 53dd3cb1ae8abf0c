using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain;

/// <summary>What computes a model.</summary>
public enum TrainingEngine
{
    /// <summary>The native engine if its library is built, several processes train, or the device is cuda; else TorchSharp.</summary>
    Auto,

    /// <summary>The project's own binding, over a library compiled against this machine's libtorch.</summary>
    Native,

    /// <summary>The package TorchSharp with its libtorch: on a CPU, in float32, without a compiler.</summary>
    TorchSharp,
}

/// <summary>Chooses an engine.</summary>
public static class TrainingEngines
{
    /// <summary>The engine that <see cref="TrainingEngine.Auto"/> means here; any other value is unchanged.</summary>
    /// <param name="requested">The option.</param>
    /// <param name="device">The device asked for: auto, cpu, cuda or cuda:N.</param>
    public static TrainingEngine Resolve(TrainingEngine requested, string device = "auto")
    {
        if (requested != TrainingEngine.Auto)
        {
            return requested;
        }

        bool isOneOfSeveral = Environment.GetEnvironmentVariable("WORLD_SIZE") is { Length: > 0 } and not "1";
        bool isForNative = isOneOfSeveral || device.StartsWith("cuda", StringComparison.Ordinal);
        return isForNative || NativeLibraryFinder.Find() is not null ? TrainingEngine.Native : TrainingEngine.TorchSharp;
    }

    /// <summary>The name as an option has it.</summary>
    internal static string NameOf(TrainingEngine engine) => engine.ToString().ToLowerInvariant();
}
