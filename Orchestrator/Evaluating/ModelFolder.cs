using DataForge.Corpus;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Torch;

namespace DataForge.Orchestrator.Evaluating;

/// <summary>A model's folder as a user names it.</summary>
internal static class ModelFolder
{
    /// <summary>Opens the model of a folder as Hugging Face lays it out, uses it and closes it.</summary>
    /// <exception cref="DataForgeException">It cannot be used; the message says why.</exception>
    public static T Use<T>(string folder, Func<ILanguageModel, BpeVocabulary, T> use)
    {
        if (!File.Exists(Path.Combine(folder, "config.json")))
        {
            throw DataForgeException.Usage(
                $"{folder} holds no model (no config.json): give a GPT-Neo folder as Hugging Face lays it out.");
        }

        try
        {
            using ILanguageModel model = LanguageModels.Open(folder);
            return use(model, TokenizerReader.ReadFolder(folder));
        }
        catch (Exception e) when (e is TokenizerFormatException or InvalidDataException or TorchException or ArgumentException
            or FileNotFoundException or DirectoryNotFoundException)
        {
            throw DataForgeException.Usage($"The model in {folder} cannot be used: {e.Message}", e);
        }
    }
}
