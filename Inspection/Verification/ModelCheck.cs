using System.Runtime.InteropServices;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Settings;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Training;

namespace DataForge.Inspection.Verification;

/// <summary>
/// Reads every checkpoint and export in <c>5-model</c>: check-sums of tensors, shapes as configured, counts as stated, and that an export
/// has
/// the weights of the checkpoint it was made from. Needs no libtorch.
/// </summary>
internal sealed class ModelCheck(Run run, StageEntries stages, CancellationToken cancellation)
{
    private const int ElementsAtATime = 1 << 20; // two buffers of 4 MB

    // The newest checkpoint of each training, by folder.
    private readonly Dictionary<string, CheckpointState> _newest = new(StringComparer.Ordinal);
    private int _checkpoints;

    /// <summary>Checks everything.</summary>
    /// <returns>The number of checkpoints whose tensors have their check-sums.</returns>
    /// <exception cref="DataForgeException">The first fault.</exception>
    public int Check()
    {
        try
        {
            string root = run.PathOf(RunPaths.Checkpoints);
            string[] trainings = Directory.Exists(root) ? Directory.GetDirectories(root) : [];
            foreach (string folder in trainings.Append(root).Order(StringComparer.Ordinal))
            {
                CheckCheckpoints(new CheckpointStore(folder));
            }

            foreach (ManifestEntry entry in stages.Of(StageNames.Pretrain))
            {
                CheckExport(entry, root);
            }

            return _checkpoints;
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
            string folder = store.PathOf(step);
            VerificationFault.ThrowUnlessEqual(folder, step, state.Step, $"its state is of step {state.Step}");
            first ??= state;
            if ((state.Model, state.Options, state.Data, state.Start) != (first.Model, first.Options, first.Data, first.Start))
            {
                throw VerificationFault.Of(folder, $"is of another training than {store.PathOf(first.Step)}");
            }

            using var tensors = new SafeTensors(Path.Combine(folder, "tensors.safetensors"));
            _newest[store.Folder] = state;
            _checkpoints++;
        }
    }

    private void CheckExport(ManifestEntry entry, string checkpoints)
    {
        bool isModel = entry.Part == "model";
        string training = isModel ? RunOptions.Of(run).Pretrain.Stages.LastOrDefault()?.Name ?? "" : entry.Part["stage-".Length..];
        string export = run.PathOf(isModel ? RunPaths.ModelExport : $"{RunPaths.EarlierModels}/{training}");
        long parameters = GptNeoConfig.Load(Path.Combine(export, "config.json")).ParameterCount;
        BpeVocabulary vocabulary = TokenizerReader.ReadFolder(export);
        using var weights = new SafeTensors(Path.Combine(export, GptNeoWeights.FileName));
        long held = weights.Entries.Values.Sum(tensor => tensor.Numel);
        VerificationFault.ThrowUnlessEqual(
            weights.Path, parameters, held, $"holds {held} parameters, its config.json describes {parameters}");
        Compare(CountName.Parameters, held, $"the model has {held}");
        long rows = weights.Entry("transformer.wte.weight").Shape[0];
        if (vocabulary.Count > rows)
        {
            throw VerificationFault.Of(export, $"its tokenizer has {vocabulary.Count} tokens, its embedding {rows}");
        }

        // Checkpoints may be removed once a model is exported; then there is nothing to compare it with.
        var store = new CheckpointStore(Path.Combine(checkpoints, training));
        if (_newest.TryGetValue(store.Folder, out CheckpointState? last))
        {
            long loss = (long)((last.BestLoss ?? 0) * 1e6);
            Compare(CountName.Steps, last.Step, $"the last checkpoint is of step {last.Step}");
            Compare(CountName.ValidationLoss, loss, $"the last checkpoint says {loss}");
            CompareWeights(weights, store, last);
        }

        void Compare(CountName name, long expected, string found)
        {
            // Counts of an earlier training of several begin with its name.
            CountName stated = isModel ? name : name.OfTraining(entry.Part);
            string entryFile = run.Manifest.EntryFile(entry.Stage, entry.Part);
            VerificationFault.ThrowUnlessEqual(
                entryFile, entry.Count(stated), expected, $"{stated} is {entry.Count(stated)}, {found}");
        }
    }

    // The export has the weights with the lowest validation loss, or the last ones where no checkpoint of these is left.
    private void CompareWeights(SafeTensors weights, CheckpointStore store, CheckpointState last)
    {
        long step = last.BestLoss is not null && store.Steps().Contains(last.BestStep) ? last.BestStep : last.Step;
        using var checkpoint = new SafeTensors(Path.Combine(store.PathOf(step), "tensors.safetensors"));
        foreach (SafeTensorEntry tensor in weights.Entries.Values)
        {
            CompareTensor(weights, tensor, checkpoint);
        }
    }

    private void CompareTensor(SafeTensors weights, SafeTensorEntry tensor, SafeTensors checkpoint)
    {
        SafeTensorEntry saved = checkpoint.Entry(tensor.Name);
        bool isSame = saved.Shape.AsSpan().SequenceEqual(tensor.Shape);
        var one = new float[(int)Math.Min(ElementsAtATime, tensor.Numel)];
        var other = new float[one.Length];
        for (long at = 0; at < tensor.Numel && isSame; at += ElementsAtATime)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(ElementsAtATime, tensor.Numel - at);
            weights.ReadFloats(tensor, at, one.AsSpan(0, count));
            checkpoint.ReadFloats(saved, at, other.AsSpan(0, count));

            // Compared as bytes: NaN is not equal to itself.
            isSame = MemoryMarshal.AsBytes(one.AsSpan(0, count)).SequenceEqual(MemoryMarshal.AsBytes(other.AsSpan(0, count)));
        }

        if (!isSame)
        {
            throw VerificationFault.Of(weights.Path, $"its {tensor.Name} is not that of {checkpoint.Path}");
        }
    }
}
