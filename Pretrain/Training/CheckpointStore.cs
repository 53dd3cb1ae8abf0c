using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using DataForge.Pretrain.Model;

namespace DataForge.Pretrain.Training;

/// <summary>
/// The checkpoints of one run: folders <c>step-00000200/</c> with <c>tensors.safetensors</c> (weights by key, AdamW's moments by key after
/// <c>exp_avg.</c> and <c>exp_avg_sq.</c>, Muon's after <c>momentum.</c>) and <c>checkpoint.json</c>. A folder is written under a temporary
/// name, flushed, and renamed, so it is either complete or absent. The SHA-256 of the tensors is checked before they are read.
/// </summary>
public sealed class CheckpointStore(string folder)
{
    /// <summary>Before the key of a weight: AdamW's mean of gradients.</summary>
    internal const string ExpAvgPrefix = "exp_avg.";

    /// <summary>Before the key of a weight: AdamW's mean of squared gradients.</summary>
    internal const string ExpAvgSqPrefix = "exp_avg_sq.";

    /// <summary>Before the key of a weight: Muon's mean of gradients.</summary>
    internal const string MomentumPrefix = "momentum.";

    private const string StateName = "checkpoint.json";
    private const string TensorName = "tensors.safetensors";
    private const string Prefix = "step-";
    private const string TemporarySuffix = ".tmp";

    /// <summary>The run's checkpoint folder.</summary>
    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>The steps that have a checkpoint, ascending.</summary>
    public IReadOnlyList<long> Steps()
    {
        if (!Directory.Exists(Folder))
        {
            return [];
        }

        List<long> steps = [];
        foreach (string path in Directory.EnumerateDirectories(Folder, Prefix + "*"))
        {
            ReadOnlySpan<char> number = Path.GetFileName(path.AsSpan())[Prefix.Length..];
            if (long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long step))
            {
                steps.Add(step);
            }
        }

        steps.Sort();
        return steps;
    }

    /// <summary>The folder of a step's checkpoint, whether it exists or not.</summary>
    public string PathOf(long step) => Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D8}"));

    /// <summary>The precision of the newest checkpoint whose state can be read; null where there is none.</summary>
    public Precision? NewestPrecision()
    {
        foreach (long step in Steps().Reverse())
        {
            try
            {
                CheckpointState state = ReadState(PathOf(step));
                return state.Precision ?? (state.UsesBFloat16 ? Precision.BFloat16 : Precision.Float32);
            }
            catch (Exception e) when (e is IOException or InvalidDataException or JsonException or UnauthorizedAccessException)
            {
                // Verify says what is wrong with it, and an older one is used.
            }
        }

        return null;
    }

    /// <summary>Writes a checkpoint; does nothing if that step has one already.</summary>
    /// <param name="state">The state; size and hash of the tensor file are filled in.</param>
    /// <param name="writeTensors">Writes the tensors as a safetensors file.</param>
    internal void Save(CheckpointState state, Action<Stream> writeTensors)
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
        using (SHA256 sha = SHA256.Create())
        using (FileStream file = new(tensors, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
        {
            using (CryptoStream hashed = new(file, sha, CryptoStreamMode.Write, leaveOpen: true))
            {
                writeTensors(hashed);
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
            CheckpointState state = ReadState(path);
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

    /// <summary>Opens a checkpoint's tensors and passes them to <paramref name="readTensors"/>; verify the checkpoint first.</summary>
    internal void Load(long step, Action<SafeTensors> readTensors)
    {
        using SafeTensors file = new(Path.Combine(PathOf(step), TensorName));
        readTensors(file);
    }

    /// <summary>Verifies a checkpoint and reads its weights only.</summary>
    public void LoadWeights(long step, GptNeoForCausalLM model)
    {
        Verify(step);
        using SafeTensors file = new(Path.Combine(PathOf(step), TensorName));
        GptNeoWeights.Load(model.Parameters, model.Parameters.Values, file, "");
    }

    /// <summary>Renames a damaged checkpoint, so that it is not used but can be looked at; returns its new path.</summary>
    internal string Quarantine(long step)
    {
        string quarantined = PathOf(step) + ".damaged";
        if (Directory.Exists(quarantined))
        {
            Directory.Delete(quarantined, recursive: true);
        }

        Directory.Move(PathOf(step), quarantined);
        return quarantined;
    }

    /// <summary>Removes all checkpoints but the newest <paramref name="newest"/> and <paramref name="best"/>.</summary>
    internal void Prune(int newest, long best)
    {
        IReadOnlyList<long> steps = Steps();
        for (int i = 0; i < steps.Count - newest; i++)
        {
            if (steps[i] != best)
            {
                // Renamed first: an interrupted removal must not leave half a checkpoint under a valid name.
                string temporary = PathOf(steps[i]) + TemporarySuffix;
                Directory.Move(PathOf(steps[i]), temporary);
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    private void RemoveTemporaries()
    {
        if (Directory.Exists(Folder))
        {
            foreach (string stale in Directory.EnumerateDirectories(Folder, Prefix + "*" + TemporarySuffix))
            {
                Directory.Delete(stale, recursive: true);
            }
        }
    }

    private static CheckpointState ReadState(string path)
    {
        byte[] json = File.ReadAllBytes(Path.Combine(path, StateName));
        return JsonSerializer.Deserialize(json, CheckpointJson.Default.CheckpointState)
            ?? throw new InvalidDataException($"{path}: {StateName} is empty");
    }
}
