using DataForge.Pretrain.Model;

namespace DataForge.Pretrain.Training;

/// <summary>Publishes a model as a folder that transformers' <c>from_pretrained</c> loads.</summary>
public static class HuggingFaceFolder
{
    /// <summary>Writes the folder under a temporary name and renames it, replacing an older one.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="folder">The folder to write.</param>
    /// <param name="complete">Adds the other files (tokenizer, card), given the folder's temporary name.</param>
    public static void Publish(
        GptNeoConfig config, IEnumerable<NamedWeights> weights, string folder, Action<string>? complete = null)
    {
        string final = Path.GetFullPath(folder);
        string temporary = final + ".tmp", old = final + ".old";
        Remove(temporary);
        Remove(old);
        GptNeoWeights.SaveFolder(config, weights, temporary);
        complete?.Invoke(temporary);
        if (Directory.Exists(final))
        {
            Directory.Move(final, old);
        }

        DurableFiles.Publish(temporary, final);
        Remove(old);
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
