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
    /// <param name="folder">The folder.</param>
    /// <param name="notify">Told, in one line, where the engine's libraries are fetched first.</param>
    /// <param name="cancellation">Stops the fetch.</param>
    /// <param name="use">What to do with it.</param>
    public static T Use<T>(
        string folder, Action<string> notify, CancellationToken cancellation, Func<ILanguageModel, BpeVocabulary, T> use)
    {
        if (!File.Exists(Path.Combine(folder, "config.json")))
        {
            throw DataForgeException.Usage(
                $"{folder} has no model (no config.json): give a GPT-Neo folder in Hugging Face's layout.");
        }

        try
        {
            LanguageModels.FetchEngine(notify, cancellation);
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
