using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Stages;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain;

/// <summary>
/// <c>4-tokens</c>, or problems to fine-tune on, to <c>5-model</c>: trains, with checkpoints, and exports what <c>from_pretrained</c>
/// opens. Started several times with RANK and WORLD_SIZE set, the processes train together and the first one writes.
/// </summary>
public sealed class PretrainStage(PretrainOptions options) : IStage
{
    // Raise it whenever the same tokens and options would give other weights or files.
    private const int CodeVersion = 2;
    private const int SampleTokens = 96;
    private const string Model = "5-model/";
    private const string ModelPart = "model";

    /// <inheritdoc/>
    public string Name => "pretrain";

    /// <inheritdoc/>
    public async Task RunAsync(StageContext context, CancellationToken cancellation)
    {
        List<StagedOptions?> stages = options.Stages.Count == 0 ? [null] : [.. options.Stages];
        using TrainingProcesses processes = TranslateErrors(() => TrainingProcesses.Join(options));
        string? from = options.From;
        List<string> parts = [];
        for (int i = 0; i < stages.Count; i++)
        {
            bool last = i == stages.Count - 1;
            string name = stages[i]?.Name ?? "";
            TrainingOutputs place = new TrainingOutputs(
                last ? ModelPart : "stage-" + name, last ? Model + "export/" : $"{Model}stages/{name}/",
                stages[i] is null ? Model + "checkpoints" : $"{Model}checkpoints/{name}");
            await RunStageAsync(context, processes, stages[i], from, place, cancellation).ConfigureAwait(false);
            from = context.Run.PathOf(place.Export);
            parts.Add(place.Part);
        }

        if (processes.IsRankZero)
        {
            context.Run.Manifest.KeepOnly(Name, parts.ToHashSet(StringComparer.Ordinal));
        }
    }

    private async Task RunStageAsync(
        StageContext context, TrainingProcesses processes, StagedOptions? stage, string? from, TrainingOutputs place, CancellationToken cancellation)
    {
        Run tokens = stage is { Run.Length: > 0 } ? Run.Open(context.Workspace, stage.Run) : context.Run;
        if (options.Problems is null && tokens.Manifest.Entries("tokenize").Count == 0)
        {
            throw DataForgeException.Usage($"The run '{tokens.Name}' has no tokens yet: run dataforge build, or the stages up to tokenize.");
        }

        if (!processes.IsRankZero)
        {
            if (TranslateErrors(processes.ReceiveWhetherToTrain))
            {
                TranslateErrors(() => Train(context, processes, stage, tokens, from, place, null, cancellation));
            }

            return;
        }

        bool trained = false;
        var plan = new PartPlan(place.Part, TranslateErrors(() => InputHash(tokens, from)), 1, (output, token) =>
        {
            trained = true;
            TranslateErrors(() => processes.BroadcastWhetherToTrain(true));
            TranslateErrors(() => Train(context, processes, stage, tokens, from, place, output, token));
            return Task.CompletedTask;
        });
        await context.RunPartAsync(Name, StageHash.OfOptions(Name, CodeVersion, options), plan, cancellation).ConfigureAwait(false);
        if (!trained)
        {
            TranslateErrors(() => processes.BroadcastWhetherToTrain(false));
        }
    }

    private string InputHash(Run tokens, string? from)
    {
        List<string> hashes = [options.Problems is null ? tokens.Manifest.OutputHash("tokenize") : HashOfProblems(options.Problems)];
        if (from is not null)
        {
            foreach (string file in (string[])["config.json", GptNeoWeights.FileName, TokenizerFiles.TokenizerJson])
            {
                string path = Path.Combine(from, file);
                if (!File.Exists(path) && file != TokenizerFiles.TokenizerJson) // which may be two older files instead
                {
                    throw new TrainingException($"{from} is no model to start from: it holds no {file}; give a GPT-Neo folder as Hugging Face lays it out");
                }

                hashes.Add(File.Exists(path) ? StageHash.OfFile(path) : "");
            }
        }

        return hashes.Count == 1 ? hashes[0] : StageHash.Combine(hashes);
    }

    private static string HashOfProblems(string folder) => StageHash.Combine(
        AppsProblems.Read(folder, out _).SelectMany(problem => problem.Answers.Prepend(problem.Prompt).Prepend(problem.Name)).Select(StageHash.Of));

    private void Train(
        StageContext context, TrainingProcesses processes, StagedOptions? stage, Run tokens, string? from, TrainingOutputs place, PartOutput? output,
        CancellationToken cancellation)
    {
        Run run = context.Run;
        string device = processes.ResolveDevice(options.Device);
        using TrainingJob job = options.Problems is null
            ? TrainingJob.OnTokens(options, stage, tokens, from, device, processes.WorldSize)
            : TrainingJob.OnProblems(options, from!, device, processes.WorldSize, text => Notify(context, output, text));
        if (stage is not null)
        {
            Notify(context, output, $"stage '{stage.Name}' on {job.DataDescription}");
        }

        TrainingOptions training = job.Training with { Threads = processes.ResolveThreads(options.Threads) };
        string checkpoints = run.PathOf(place.Checkpoints), best = run.PathOf(place.Export.TrimEnd('/') + ".best");
        using TrainingEvents? events = output is null
            ? null
            : new TrainingEvents(context.Events, training.Steps, run.PathOf(Model + "tensorboard/" + place.Part), context.Time);
        using var trainer = new Trainer(job.Config, training, job.Data, events ?? (ITrainingLog)new NullTrainingLog(), context.Time, processes.Group);
        if (job.Weights is not null)
        {
            trainer.LoadWeights(job.Weights);
        }

        var export = new ModelExport(run, options, job);
        trainer.BestReached = reached => export.PublishBest(reached, best);
        trainer.Run(checkpoints, cancellation);
        if (output is null)
        {
            return;
        }

        export.Write(trainer, checkpoints, place.Export, output);
        if (Directory.Exists(best))
        {
            Directory.Delete(best, recursive: true); // the export is the same model
        }

        if (place.Part == ModelPart)
        {
            File.WriteAllBytes(output.Create(ModelOptOuts.File), CanonicalJson.Write(new ModelOptOuts(WorkspaceOptOuts.Read(context.Workspace).Lists, [])));
        }

        // Totals over a stage's entries are sums: what an earlier training reached must not be added to the model's.
        string prefix = place.Part == ModelPart ? "" : place.Part + ".";
        output.Add(prefix + "parameters", job.Config.ParameterCount);
        output.Add(prefix + "steps", trainer.Step);
        output.Add(prefix + "tokens", trainer.Step * training.TokensPerStep);
        output.Add(prefix + "tokens.validated", job.Unigram.Tokens);
        output.Add(prefix + "unigram_entropy.micronats", (long)(job.Unigram.NatsPerToken * 1e6));
        output.Add(prefix + "loss.validation.micronats", (long)((trainer.BestLoss ?? 0) * 1e6));
        if (options.Problems is null && place.Part == ModelPart)
        {
            WriteSample(context, trainer, job.Vocabulary, cancellation);
        }
    }

    private void WriteSample(StageContext context, Trainer trainer, BpeVocabulary vocabulary, CancellationToken cancellation)
    {
        if (options.SamplePrompt.Length > 0)
        {
            string completion = Completion.Of(trainer.Model, vocabulary, options.SamplePrompt, new GenerationOptions { MaxNewTokens = SampleTokens }, cancellation);
            context.Events.Write(new SampleWritten(options.SamplePrompt, completion));
        }
    }

    private static void Notify(StageContext context, PartOutput? output, string text)
    {
        if (output is not null)
        {
            context.Events.Write(Note.Information(text));
        }
    }

    private static void TranslateErrors(Action action) => TranslateErrors(() =>
    {
        action();
        return true;
    });

    private static T TranslateErrors<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is TorchException or TrainingException or TokenShardException or TokenizerFormatException or InvalidDataException
            or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataForgeException(e.Message, inner: e);
        }
    }

    /// <summary>Where one training's results go: its part, its export, its checkpoints.</summary>
    private sealed record TrainingOutputs(string Part, string Export, string Checkpoints);
}
