using System.Runtime.InteropServices;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Settings;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Training;

namespace DataForge.Inspection.Verification;

/// <summary>
/// Opens every checkpoint and export in <c>5-model</c>: check-sums of tensors, shapes against configurations, counts as stated, and that an export has the
/// weights of the checkpoint it was taken from. Needs no libtorch.
/// </summary>
internal sealed class ModelCheck(Run run, RunParts parts, CancellationToken cancellation)
{
    private const int Chunk = 1 << 20; // elements compared at a time
    private readonly Dictionary<string, CheckpointState> _newest = new(StringComparer.Ordinal);

    /// <summary>Checkpoints whose tensors have their check-sums.</summary>
    public int Checkpoints { get; private set; }

    /// <exception cref="DataForgeException">The first fault.</exception>
    public void Check()
    {
        try
        {
            string root = run.PathOf("5-model/checkpoints");
            string[] stages = Directory.Exists(root) ? Directory.GetDirectories(root) : [];
            foreach (string folder in stages.Append(root).Order(StringComparer.Ordinal))
            {
                CheckCheckpoints(new CheckpointStore(folder));
            }

            string last = RunOptions.Of(run).Pretrain.Stages.LastOrDefault()?.Name ?? "";
            foreach (ManifestEntry entry in parts.Of("pretrain"))
            {
                bool isModel = entry.Part == "model";
                string name = isModel ? last : entry.Part["stage-".Length..];
                CheckExport(entry, run.PathOf(isModel ? "5-model/export" : "5-model/stages/" + name), new CheckpointStore(Path.Combine(root, name)), isModel ? "" : entry.Part + ".");
            }
        }
        catch (Exception e) when (e is InvalidDataException or TokenizerFormatException)
        {
            throw new DataForgeException(e.Message.EndsWith('.') ? e.Message : e.Message + ".", inner: e);
        }
    }

    private void CheckCheckpoints(CheckpointStore store)
    {
        CheckpointState? first = null;
        foreach (long step in store.Steps())
        {
            cancellation.ThrowIfCancellationRequested();
            CheckpointState state = store.Verify(step);
            string place = store.PathOf(step);
            Books.Same(place, $"its state is of step {state.Step}", step, state.Step);
            first ??= state;
            if ((state.Model, state.Options, state.Data, state.Start) != (first.Model, first.Options, first.Data, first.Start))
            {
                throw FirstFault.Of(place, $"is of another training than {store.PathOf(first.Step)}");
            }

            using var tensors = new SafeTensors(Path.Combine(place, "tensors.safetensors"));
            _newest[store.Folder] = state;
            Checkpoints++;
        }
    }

    private void CheckExport(ManifestEntry entry, string export, CheckpointStore store, string prefix)
    {
        string entryFile = run.Manifest.EntryFile(entry.Stage, entry.Part);
        long parameters = GptNeoConfig.Load(Path.Combine(export, "config.json")).ParameterCount;
        BpeVocabulary vocabulary = TokenizerReader.ReadFolder(export);
        using var weights = new SafeTensors(Path.Combine(export, GptNeoWeights.FileName));
        long held = weights.Entries.Values.Sum(tensor => tensor.Numel);
        Books.Same(weights.Path, $"holds {held} parameters, its config.json describes {parameters}", parameters, held);
        Books.Same(entryFile, $"{prefix}parameters is {entry.Count(prefix + "parameters")}, the model has {held}", entry.Count(prefix + "parameters"), held);
        long rows = weights.Entry("transformer.wte.weight").Shape[0];
        if (vocabulary.Count > rows)
        {
            throw FirstFault.Of(export, $"its tokenizer has {vocabulary.Count} tokens, its embedding {rows}");
        }

        // Checkpoints may be removed once a model is exported; without them there is nothing to hold it against.
        if (!_newest.TryGetValue(store.Folder, out CheckpointState? end))
        {
            return;
        }

        long loss = (long)((end.BestLoss ?? 0) * 1e6);
        Books.Same(entryFile, $"{prefix}steps is {entry.Count(prefix + "steps")}, the last checkpoint is of step {end.Step}", entry.Count(prefix + "steps"), end.Step);
        Books.Same(
            entryFile, $"{prefix}loss.validation.micronats is {entry.Count(prefix + "loss.validation.micronats")}, the last checkpoint says {loss}",
            entry.Count(prefix + "loss.validation.micronats"), loss);
        long taken = end.BestLoss is not null && store.Steps().Contains(end.BestStep) ? end.BestStep : end.Step;
        using var checkpoint = new SafeTensors(Path.Combine(store.PathOf(taken), "tensors.safetensors"));
        foreach (SafeTensorEntry tensor in weights.Entries.Values)
        {
            CheckSame(weights, tensor, checkpoint);
        }
    }

    private void CheckSame(SafeTensors weights, SafeTensorEntry tensor, SafeTensors checkpoint)
    {
        SafeTensorEntry saved = checkpoint.Entry(tensor.Name);
        bool isSame = saved.Shape.AsSpan().SequenceEqual(tensor.Shape);
        var one = new float[(int)Math.Min(Chunk, tensor.Numel)];
        var other = new float[one.Length];
        for (long at = 0; at < tensor.Numel && isSame; at += Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(Chunk, tensor.Numel - at);
            weights.ReadFloats(tensor, at, one.AsSpan(0, count));
            checkpoint.ReadFloats(saved, at, other.AsSpan(0, count));
            isSame = MemoryMarshal.AsBytes(one.AsSpan(0, count)).SequenceEqual(MemoryMarshal.AsBytes(other.AsSpan(0, count)));
        }

        if (!isSame)
        {
            throw FirstFault.Of(weights.Path, $"its {tensor.Name} is not that of {checkpoint.Path}");
        }
    }
}
