using System.Buffers;
using System.Runtime.InteropServices;
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
        RequireKnown(file, name => model.Parameters.Find(name) is not null);
    }

    /// <summary>Refuses a file that holds a tensor that the model has not.</summary>
    /// <exception cref="InvalidDataException">It holds one.</exception>
    internal static void RequireKnown(SafeTensors file, Func<string, bool> isKnown)
    {
        foreach (SafeTensorEntry entry in file.Entries.Values)
        {
            if (!isKnown(entry.Name) && !IsIgnored(entry.Name))
            {
                throw file.Invalid($"it holds {entry.Name}, which this model has not");
            }
        }
    }

    /// <summary>Writes the weights; the same weights give the same bytes.</summary>
    public static void Save(IEnumerable<NamedWeights> weights, string path)
    {
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        SafeTensorsWriter.Write(file, weights);
        file.Flush(flushToDisk: true);
    }

    /// <summary>
    /// Writes <c>config.json</c>, <c>generation_config.json</c> and <c>model.safetensors</c>; the tokenizer's files are the caller's.
    /// </summary>
    public static void SaveFolder(GptNeoConfig config, IEnumerable<NamedWeights> weights, string folder)
    {
        Directory.CreateDirectory(folder);
        config.Save(Path.Combine(folder, "config.json"));
        File.WriteAllText(
            Path.Combine(folder, "generation_config.json"),
            $"{{\n  \"_from_model_config\": true,\n  \"bos_token_id\": {config.BosTokenId},\n"
            + $"  \"eos_token_id\": {config.EosTokenId}\n}}\n");
        Save(weights, Path.Combine(folder, FileName));
    }

    /// <summary>Reads one tensor per parameter into a flat buffer.</summary>
    /// <param name="parameters">The parameters and their offsets.</param>
    /// <param name="flat">[length] float32.</param>
    /// <param name="file">The file.</param>
    /// <param name="prefix">What a tensor's name has before the parameter's key.</param>
    internal static void Load(ParameterSet parameters, Tensor flat, SafeTensors file, string prefix)
    {
        foreach (Parameter parameter in parameters.All)
        {
            Read(file, prefix + parameter.Name, parameter.Shape, Into(flat, parameter.Offset));
        }
    }

    /// <summary>Writes pieces into a flat tensor from <paramref name="offset"/> on.</summary>
    internal static FloatReceiver Into(Tensor flat, long offset) => (first, part) =>
    {
        using DisposeScope scope = torch.NewDisposeScope();
        flat.narrow(0, offset + first, part.Length).copy_(torch.tensor(part, part.Length));
    };

    /// <summary>Reads one tensor, in pieces.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">The shape that it must have.</param>
    /// <param name="receive">Receives the values.</param>
    /// <exception cref="InvalidDataException">There is no such tensor, or it has another shape.</exception>
    internal static void Read(SafeTensors file, string name, IReadOnlyList<long> shape, FloatReceiver receive)
    {
        SafeTensorEntry entry = file.Entry(name);
        if (!entry.Shape.SequenceEqual(shape))
        {
            throw file.Invalid($"{name} is [{string.Join(", ", entry.Shape)}] where the model has [{string.Join(", ", shape)}]");
        }

        float[] values = ArrayPool<float>.Shared.Rent((int)Math.Min(Chunk, entry.Numel));
        for (long first = 0; first < entry.Numel; first += Chunk)
        {
            Span<float> part = values.AsSpan(0, (int)Math.Min(Chunk, entry.Numel - first));
            file.ReadFloats(entry, first, part);
            receive(first, part);
        }

        ArrayPool<float>.Shared.Return(values);
    }

    /// <summary>The weights that a file holds besides those whose name has a prefix; read while the file is open.</summary>
    internal static IEnumerable<NamedWeights> In(SafeTensors file, params string[] prefixesLeftOut) => file.Entries.Values
        .Where(entry => !prefixesLeftOut.Any(prefix => entry.Name.StartsWith(prefix, StringComparison.Ordinal)))
        .Select(entry => new NamedWeights(entry.Name, entry.Shape, target => Read(
            file, entry.Name, entry.Shape, (_, part) => target.Write(MemoryMarshal.AsBytes(part)))));

    /// <summary>
    /// Whether a tensor is one that older versions of transformers wrote (masks), or the output layer, which is tied to wte.
    /// </summary>
    private static bool IsIgnored(string name) =>
        name == "lm_head.weight" ||
        name.EndsWith(".attn.attention.bias", StringComparison.Ordinal) ||
        name.EndsWith(".attn.attention.masked_bias", StringComparison.Ordinal);
}
