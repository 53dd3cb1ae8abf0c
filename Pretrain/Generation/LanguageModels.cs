using DataForge.Pretrain.Model;
using DataForge.Pretrain.TorchSharp;

namespace DataForge.Pretrain.Generation;

/// <summary>Opens models to generate with.</summary>
public static class LanguageModels
{
    /// <summary>Fetches the libraries of the engine that models are opened with, where the program was installed without them.</summary>
    /// <param name="notify">Told what happens, in one line, where they are fetched.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="Torch.TorchException">They could not be fetched; the message says what to do.</exception>
    public static void FetchEngine(Action<string> notify, CancellationToken cancellation)
    {
        if (TrainingEngines.Resolve(TrainingEngine.Auto) == TrainingEngine.TorchSharp)
        {
            TorchSharpPackages.Ensure(notify, cancellation);
        }
    }

    /// <summary>Reads a folder as Hugging Face lays it out, into the engine that is there.</summary>
    /// <exception cref="InvalidDataException">A file is damaged or does not fit the other.</exception>
    /// <exception cref="Torch.TorchException">The engine does not load.</exception>
    public static ILanguageModel Open(string folder) => TrainingEngines.Resolve(TrainingEngine.Auto) == TrainingEngine.TorchSharp
        ? TorchSharpModel.LoadFolder(folder)
        : GptNeoWeights.LoadFolder(folder);
}
