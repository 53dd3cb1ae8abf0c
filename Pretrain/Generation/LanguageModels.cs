using DataForge.Pretrain.Model;
using DataForge.Pretrain.TorchSharp;

namespace DataForge.Pretrain.Generation;

/// <summary>Opens models to generate with.</summary>
public static class LanguageModels
{
    /// <summary>Reads a folder as Hugging Face lays it out, into the engine that is there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="notify">Told, in one line, where the engine's libraries are fetched first.</param>
    /// <param name="cancellation">Stops the fetch.</param>
    /// <exception cref="InvalidDataException">A file is damaged or does not fit the other.</exception>
    /// <exception cref="Torch.TorchException">The engine does not load.</exception>
    public static ILanguageModel Open(string folder, Action<string> notify, CancellationToken cancellation)
    {
        if (TrainingEngines.Resolve(TrainingEngine.Auto) != TrainingEngine.TorchSharp)
        {
            return GptNeoWeights.LoadFolder(folder);
        }

        TorchSharpPackages.Ensure(notify, cancellation);
        return TorchSharpModel.LoadFolder(folder);
    }
}
