using System.Globalization;
using System.Text;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Stages;

/// <summary>
/// Exports a model in Hugging Face's layout: weights, configurations, the tokenizer's files unchanged, and a model card with the run's
/// figures.
/// </summary>
internal sealed class ModelExport(Run run, PretrainOptions options, TrainingJob job)
{
    private const string CardName = "README.md";

    /// <summary>Publishes the current weights, the best so far, as a folder of its own, which is either complete or absent.</summary>
    public void PublishBest(Trainer trainer, string folder) =>
        HuggingFaceFolder.Publish(
            trainer.Model.Config, trainer.Model.Weights, folder, temporary => AddTokenizerAndCard(trainer, 0, temporary));

    /// <summary>Writes the trainer's weights as a part's files. They get their final names when the part is committed.</summary>
    /// <param name="trainer">The trainer, after its run, with the best weights.</param>
    /// <param name="heldOutBits">The bits that the model gives the held-out documents; 0 if they were not measured.</param>
    /// <param name="exportFolder">Relative to the run's folder.</param>
    /// <param name="output">The part.</param>
    public void Write(Trainer trainer, double heldOutBits, string exportFolder, PartOutput output)
    {
        string temporary = run.PathOf(exportFolder + ".work");
        HuggingFaceFolder.Publish(trainer.Model.Config, trainer.Model.Weights, temporary);
        AddTokenizerAndCard(trainer, heldOutBits, temporary);
        foreach (string file in Directory.GetFiles(temporary).Order(StringComparer.Ordinal))
        {
            File.Move(file, output.Create($"{exportFolder}/{Path.GetFileName(file)}"), overwrite: true);
        }

        Directory.Delete(temporary, recursive: true);
    }

    private void AddTokenizerAndCard(Trainer trainer, double heldOutBits, string folder)
    {
        foreach (string name in TokenizerFiles.Names)
        {
            string file = Path.Combine(job.TokenizerFolder, name);
            if (File.Exists(file))
            {
                File.Copy(file, Path.Combine(folder, name), overwrite: true);
            }
        }

        File.WriteAllText(Path.Combine(folder, CardName), CardText(trainer, heldOutBits));
    }

    // The text holds nothing of the machine and no time: the same run gives the same bytes.
    private string CardText(Trainer trainer, double heldOutBits)
    {
        TrainingOptions training = job.Training;
        long steps = trainer.BestLoss is null ? trainer.Step : trainer.BestStep;
        var text = new StringBuilder();
        text.Append(
            """
            ---
            library_name: transformers
            pipeline_tag: text-generation
            tags:
            - code
            - gpt_neo
            ---


            """);
        IFormatProvider invariant = CultureInfo.InvariantCulture;
        text.Append(invariant, $"# {run.Name}\n\n");
        text.Append(
            invariant,
            $"A GPT-Neo of {job.Config.ParameterCount:N0} parameters: {job.Config.NumLayers} layers of {job.Config.HiddenSize}, "
            + $"{job.Config.NumHeads} heads, {job.Config.MaxPositionEmbeddings:N0} positions, {job.Config.VocabSize:N0} tokens.\n");
        text.Append(invariant, $"Made by DataForge with the recipe `{options.Preset}`, on {job.DataDescription}.\n\n");
        text.Append("| | |\n|---|---|\n");
        text.Append(invariant, $"| steps | {steps:N0} of {training.Steps:N0} |\n");
        text.Append(
            invariant,
            $"| tokens seen | {steps * training.TokensPerStep:N0} ({training.TokensPerStep:N0} per step, "
            + $"blocks of {training.BlockSize:N0}) |\n");
        if (trainer.BestLoss is { } loss)
        {
            text.Append(
                invariant,
                $"| validation loss | {loss:F4} nats per token (perplexity {Math.Exp(loss):F2}) "
                + $"over {job.Unigram.Tokens:N0} held-out tokens |\n");
            text.Append(invariant, $"| the same for token frequencies alone | {job.Unigram.NatsPerToken:F4} nats per token |\n");
        }

        if (heldOutBits > 0 && job.HeldOut is { Bytes: > 0 } heldOut)
        {
            text.Append(
                invariant,
                $"| bits per byte | {heldOutBits / heldOut.Bytes:F3} over {heldOut.Documents:N0} held-out files, one by one; "
                + $"gzip: {8.0 * heldOut.GzipBytes / heldOut.Bytes:F3} |\n");
        }

        text.Append(
            invariant,
            $"| optimizer | {Optimizer(training)}learning rate {training.LearningRate:G4} ({training.Decay.ToString().ToLowerInvariant()}, "
            + $"warm-up {training.WarmupSteps:N0}), β {training.Beta1}/{training.Beta2}, weight decay {training.WeightDecay}, "
            + $"clip {training.ClipNorm} |\n");
        text.Append(invariant, $"| seed | {options.Seed} |\n");
        text.Append($"| started from | {(job.Weights is null ? "drawn weights" : "another model's weights")} |\n\n");
        text.Append(
            "The loss is the mean cross-entropy of the next token, in nats. "
            + "The model may repeat text that it was trained on, licences included.\n");
        return text.ToString();
    }

    private static string Optimizer(TrainingOptions training) => training.Optimizer == OptimizerKind.AdamW ? "AdamW, " : string.Create(
        CultureInfo.InvariantCulture,
        $"Muon for the blocks' matrices, learning rate {training.MuonLearningRate:G4}, "
        + $"momentum {training.MuonMomentum}; AdamW for the rest, ");
}
