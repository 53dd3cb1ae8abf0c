using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>Reads and writes a model's weights (<c>model.safetensors</c>), and whole folders in Hugging Face's layout.</summary>
public static class GptNeoWeights
{
    /// <summary>The weights' file in a Hugging Face folder.</summary>
    public const string FileName = "model.safetensors";
    private const int Chunk = 1 << 22; // floats read at a time: 16 MB

    /// <summary>Reads a folder: <c>config.json</c> and <c>model.safetensors</c>.</summary>
    /// <exception cref="InvalidDataException">A file is damaged or does not fit the other; the message says which and how.</exception>
    public static GptNeoForCausalLM LoadFolder(string folder, Device device = default, bool forTraining = false)
    {
        GptNeoConfig config = GptNeoConfig.Load(Path.Combine(folder, "config.json"));
        GptNeoForCausalLM model = new(config, device, forTraining);
        try
        {
            Load(model, Path.Combine(folder, FileName));
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Reads weights into a model of the same shape.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or holds more, fewer or other tensors than the model has.</exception>
    public static void Load(GptNeoForCausalLM model, string path)
    {
        using SafeTensors file = new(path);
        Load(model.Parameters, model.Parameters.Values, file, "");
        foreach (SafeTensorEntry entry in file.Entries.Values)
        {
            if (model.Parameters.Find(entry.Name) is null && !IsIgnored(entry.Name))
            {
                throw file.Invalid($"it holds {entry.Name}, which this model has not");
            }
        }
    }

    /// <summary>Writes the weights; the same weights give the same bytes.</summary>
    public static void Save(GptNeoForCausalLM model, string path)
    {
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        SafeTensorsWriter.Write(file, model.Parameters.All.Select(p => (p.Name, p.Shape, p.Value)));
        file.Flush(flushToDisk: true);
    }

    /// <summary>
    /// Writes <c>config.json</c>, <c>generation_config.json</c> and <c>model.safetensors</c>; the tokenizer's files are the caller's.
    /// </summary>
    public static void SaveFolder(GptNeoForCausalLM model, string folder)
    {
        Directory.CreateDirectory(folder);
        model.Config.Save(Path.Combine(folder, "config.json"));
        File.WriteAllText(
            Path.Combine(folder, "generation_config.json"),
            $"{{\n  \"_from_model_config\": true,\n  \"bos_token_id\": {model.Config.BosTokenId},\n"
            + $"  \"eos_token_id\": {model.Config.EosTokenId}\n}}\n");
        Save(model, Path.Combine(folder, FileName));
    }

    /// <summary>Reads one tensor per parameter into a flat buffer.</summary>
    /// <param name="parameters">The parameters and their offsets.</param>
    /// <param name="flat">[length] float32.</param>
    /// <param name="file">The file.</param>
    /// <param name="prefix">What a tensor's name has before the parameter's key.</param>
    internal static void Load(ParameterSet parameters, Tensor flat, SafeTensors file, string prefix)
    {
        var values = new float[Chunk];
        foreach (Parameter parameter in parameters.All)
        {
            SafeTensorEntry entry = file.Entry(prefix + parameter.Name);
            if (!entry.Shape.SequenceEqual(parameter.Shape))
            {
                throw file.Invalid(
                    $"{entry.Name} is [{string.Join(", ", entry.Shape)}] where the model has [{string.Join(", ", parameter.Shape)}]");
            }

            for (long first = 0; first < parameter.Numel; first += Chunk)
            {
                Span<float> part = values.AsSpan(0, (int)Math.Min(Chunk, parameter.Numel - first));
                file.ReadFloats(entry, first, part);
                using DisposeScope scope = torch.NewDisposeScope();
                flat.narrow(0, parameter.Offset + first, part.Length).copy_(torch.tensor(part, part.Length));
            }
        }
    }

    /// <summary>
    /// Whether a tensor is one that older versions of transformers wrote (masks), or the output layer, which is tied to wte.
    /// </summary>
    private static bool IsIgnored(string name) =>
        name == "lm_head.weight" ||
        name.EndsWith(".attn.attention.bias", StringComparison.Ordinal) ||
        name.EndsWith(".attn.attention.masked_bias", StringComparison.Ordinal);
}
