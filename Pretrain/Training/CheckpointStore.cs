using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// The checkpoints of one run: folders <c>step-00000200/</c> with <c>tensors.safetensors</c> (weights by key, optimizer means under
/// <c>exp_avg.</c> and <c>exp_avg_sq.</c>) and <c>checkpoint.json</c>. A folder is written under another name, flushed, and renamed: it
/// is there whole or not at all. The SHA-256 of the tensors is checked before they are read.
/// </summary>
public sealed class CheckpointStore(string folder)
{
    private const string StateName = "checkpoint.json";
    private const string TensorName = "tensors.safetensors";
    private const string Prefix = "step-";
    private const string TemporarySuffix = ".tmp";

    /// <summary>The run's checkpoint folder.</summary>
    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>The steps there are checkpoints of, ascending.</summary>
    public IReadOnlyList<long> Steps()
    {
        if (!Directory.Exists(Folder))
        {
            return [];
        }

        List<long> steps = [];
        foreach (string path in Directory.EnumerateDirectories(Folder, Prefix + "*"))
        {
            if (long.TryParse(Path.GetFileName(path.AsSpan())[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out long step))
            {
                steps.Add(step);
            }
        }

        steps.Sort();
        return steps;
    }

    /// <summary>Where the checkpoint of a step lies, or would.</summary>
    public string PathOf(long step) => Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D8}"));

    /// <summary>Writes a checkpoint; nothing happens where that step has one.</summary>
    internal void Save(CheckpointState state, ParameterSet parameters, AdamW optimizer)
    {
        string final = PathOf(state.Step);
        if (Directory.Exists(final))
        {
            return;
        }

        string temporary = final + TemporarySuffix;
        RemoveTemporaries();
        Directory.CreateDirectory(temporary);
        string tensors = Path.Combine(temporary, TensorName);
        byte[] hash;
        using (DisposeScope scope = torch.NewDisposeScope())
        using (SHA256 sha = SHA256.Create())
        using (FileStream file = new(tensors, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
        {
            using (CryptoStream hashed = new(file, sha, CryptoStreamMode.Write, leaveOpen: true))
            {
                SafeTensorsWriter.Write(hashed, Tensors(parameters, optimizer));
            }

            file.Flush(flushToDisk: true);
            hash = sha.Hash!;
        }

        CheckpointState complete = state with { TensorBytes = new FileInfo(tensors).Length, TensorSha256 = Convert.ToHexStringLower(hash) };
        using (FileStream file = new(Path.Combine(temporary, StateName), FileMode.CreateNew))
        {
            JsonSerializer.Serialize(file, complete, CheckpointJson.Default.CheckpointState);
            file.Flush(flushToDisk: true);
        }

        DurableFiles.Publish(temporary, final);
    }

    /// <summary>Reads a checkpoint's state and verifies its tensors.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message says how.</exception>
    public CheckpointState Verify(long step)
    {
        string path = PathOf(step);
        string tensors = Path.Combine(path, TensorName);
        try
        {
            CheckpointState state = JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(path, StateName)), CheckpointJson.Default.CheckpointState)
                ?? throw new InvalidDataException($"{path}: {StateName} is empty");
            if (state.Format != 1)
            {
                throw new InvalidDataException($"{path} has format {state.Format}; this program reads format 1");
            }

            using FileStream file = File.OpenRead(tensors);
            if (file.Length != state.TensorBytes || Convert.ToHexStringLower(SHA256.HashData(file)) != state.TensorSha256)
            {
                throw new InvalidDataException($"{tensors} is not the file that was saved (its SHA-256 differs)");
            }

            return state;
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads a checkpoint's tensors; verify it first.</summary>
    internal void Load(long step, ParameterSet parameters, AdamW optimizer)
    {
        using SafeTensors file = new(Path.Combine(PathOf(step), TensorName));
        GptNeoWeights.Load(parameters, parameters.Values, file, "");
        GptNeoWeights.Load(parameters, optimizer.ExpAvg, file, "exp_avg.");
        GptNeoWeights.Load(parameters, optimizer.ExpAvgSq, file, "exp_avg_sq.");
    }

    /// <summary>Reads a checkpoint's weights alone.</summary>
    public void LoadWeights(long step, GptNeoForCausalLM model)
    {
        Verify(step);
        using SafeTensors file = new(Path.Combine(PathOf(step), TensorName));
        GptNeoWeights.Load(model.Parameters, model.Parameters.Values, file, "");
    }

    /// <summary>Renames a damaged checkpoint so that it is out of the way but not gone; gives its new place.</summary>
    internal string Quarantine(long step)
    {
        string aside = PathOf(step) + ".damaged";
        if (Directory.Exists(aside))
        {
            Directory.Delete(aside, recursive: true);
        }

        Directory.Move(PathOf(step), aside);
        return aside;
    }

    /// <summary>Removes all checkpoints but the newest <paramref name="newest"/> and <paramref name="best"/>.</summary>
    internal void Prune(int newest, long best)
    {
        IReadOnlyList<long> steps = Steps();
        for (int i = 0; i < steps.Count - newest; i++)
        {
            if (steps[i] != best)
            {
                // Renamed first: a removal that is cut short must not leave half a checkpoint under a good name.
                string temporary = PathOf(steps[i]) + TemporarySuffix;
                Directory.Move(PathOf(steps[i]), temporary);
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    private static IEnumerable<(string Name, IReadOnlyList<long> Shape, Tensor Values)> Tensors(ParameterSet parameters, AdamW optimizer)
    {
        foreach (Parameter parameter in parameters.All)
        {
            yield return (parameter.Name, parameter.Shape, parameter.Value);
            yield return ("exp_avg." + parameter.Name, parameter.Shape, optimizer.ExpAvg.narrow(0, parameter.Offset, parameter.Numel));
            yield return ("exp_avg_sq." + parameter.Name, parameter.Shape, optimizer.ExpAvgSq.narrow(0, parameter.Offset, parameter.Numel));
        }
    }

    private void RemoveTemporaries()
    {
        if (Directory.Exists(Folder))
        {
            foreach (string left in Directory.EnumerateDirectories(Folder, Prefix + "*" + TemporarySuffix))
            {
                Directory.Delete(left, recursive: true);
            }
        }
    }
}
