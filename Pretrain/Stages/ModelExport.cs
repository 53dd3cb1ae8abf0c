using System.Globalization;
using System.Text;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Stages;

/// <summary>A model as Hugging Face lays it out: weights, configurations, the tokenizer's files unchanged, and a card with the run's figures.</summary>
internal sealed class ModelExport(Run run, PretrainOptions options, TrainingJob job)
{
    private const string Card = "README.md";

    /// <summary>Publishes the present weights, the best so far, as a folder of its own: it is there whole or not at all.</summary>
    public void PublishBest(Trainer trainer, string folder) => HuggingFaceFolder.Publish(trainer.Model, folder, work => AddTokenizerAndCard(trainer, work));

    /// <summary>Writes the best weights as a part's files. The trainer publishes a folder; its files get their names with the manifest entry.</summary>
    public void Write(Trainer trainer, string checkpoints, string exportFolder, PartOutput output)
    {
        string work = run.PathOf(exportFolder.TrimEnd('/') + ".work");
        trainer.Export(checkpoints, work);
        AddTokenizerAndCard(trainer, work);
        foreach (string file in Directory.GetFiles(work).Order(StringComparer.Ordinal))
        {
            File.Move(file, output.Create(exportFolder + Path.GetFileName(file)), overwrite: true);
        }

        Directory.Delete(work, recursive: true);
    }

    private void AddTokenizerAndCard(Trainer trainer, string folder)
    {
        foreach (string name in TokenizerFiles.Names)
        {
            string file = Path.Combine(job.TokenizerFolder, name);
            if (File.Exists(file))
            {
                File.Copy(file, Path.Combine(folder, name), overwrite: true);
            }
        }

        File.WriteAllText(Path.Combine(folder, Card), CardText(trainer));
    }

    // Nothing of the machine and no time gets in: the same run gives the same bytes.
    private string CardText(Trainer trainer)
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
        Line($"# {run.Name}");
        Line($"");
        Line($"A GPT-Neo of {job.Config.ParameterCount:N0} parameters: {job.Config.NumLayers} layers of {job.Config.HiddenSize}, {job.Config.NumHeads} heads, {job.Config.MaxPositionEmbeddings:N0} positions, {job.Config.VocabSize:N0} tokens.");
        Line($"Made by DataForge with the recipe `{options.Preset}`, on {job.DataDescription}.");
        Line($"");
        Line($"| | |");
        Line($"|---|---|");
        Line($"| steps | {steps:N0} of {training.Steps:N0} |");
        Line($"| tokens seen | {steps * training.TokensPerStep:N0} ({training.TokensPerStep:N0} a step, blocks of {training.BlockSize:N0}) |");
        if (trainer.BestLoss is { } loss)
        {
            Line($"| validation loss | {loss:F4} nats a token (perplexity {Math.Exp(loss):F2}) over {job.Unigram.Tokens:N0} held-out tokens |");
            Line($"| the same for token frequencies alone | {job.Unigram.NatsPerToken:F4} nats a token |");
        }

        Line($"| optimizer | AdamW, learning rate {training.LearningRate:G4} ({training.Decay.ToString().ToLowerInvariant()}, warm-up {training.WarmupSteps:N0}), β {training.Beta1}/{training.Beta2}, weight decay {training.WeightDecay}, clip {training.ClipNorm} |");
        Line($"| seed | {options.Seed} |");
        Line($"| started from | {(job.Weights is null ? "drawn weights" : "another model's weights")} |");
        Line($"");
        Line($"The loss is a mean cross-entropy of next tokens, computed in nats. What the model writes may repeat what it was trained on, licences included.");
        return text.ToString();

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }
}
