using DataForge.Pretrain.Model;
using DataForge.Pretrain.TorchSharp;

namespace DataForge.Pretrain.Generation;

/// <summary>Opens models to generate with.</summary>
public static class LanguageModels
{
    /// <summary>Reads a folder as Hugging Face lays it out, into the engine that is there.</summary>
    /// <exception cref="InvalidDataException">A file is damaged or does not fit the other.</exception>
    /// <exception cref="Torch.TorchException">The engine does not load.</exception>
    public static ILanguageModel Open(string folder) => TrainingEngines.Resolve(TrainingEngine.Auto) == TrainingEngine.TorchSharp
        ? TorchSharpModel.LoadFolder(folder)
        : GptNeoWeights.LoadFolder(folder);
}
