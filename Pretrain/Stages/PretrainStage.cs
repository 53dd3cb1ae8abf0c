using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Stages;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Torch;
using DataForge.Pretrain.TorchSharp;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain;

/// <summary>
/// <c>4-tokens</c>, or problems to fine-tune on, to <c>5-model</c>: trains, with checkpoints, and exports what <c>from_pretrained</c>
/// loads. Started several times with RANK and WORLD_SIZE set, the processes train together and rank 0 writes.
/// </summary>
public sealed class PretrainStage(PretrainOptions options) : IStage
{
    // Raise it whenever the same tokens and options would give other weights or files.
    private const int CodeVersion = 3, CodeVersionOfFineTuning = 4;

    /// <inheritdoc/>
    public string Name => StageNames.Pretrain;

    /// <inheritdoc/>
    public async Task RunAsync(StageContext context, CancellationToken cancellation)
    {
        List<StagedOptions?> trainings = options.Stages.Count == 0 ? [null] : [.. options.Stages];
        using TrainingProcesses processes = TranslateErrors(() => TrainingProcesses.Join(options));
        string? startFolder = options.From;
        List<string> parts = [];
        for (int i = 0; i < trainings.Count; i++)
        {
            TrainingOutputs outputs = TrainingOutputs.Of(trainings[i], isLast: i == trainings.Count - 1);
            await RunTrainingAsync(context, processes, trainings[i], startFolder, outputs, cancellation).ConfigureAwait(false);
            startFolder = context.Run.PathOf(outputs.Export);
            parts.Add(outputs.Part);
        }

        if (processes.IsRankZero)
        {
            context.Run.Manifest.KeepOnly(Name, parts.ToHashSet(StringComparer.Ordinal));
        }
    }

    private async Task RunTrainingAsync(
        StageContext context, TrainingProcesses processes, StagedOptions? training, string? startFolder, TrainingOutputs outputs,
        CancellationToken cancellation)
    {
        Run tokens = training is { Run.Length: > 0 } ? Run.Open(context.Workspace, training.Run) : context.Run;
        if (options.Problems is null && tokens.Manifest.Entries(StageNames.Tokenize).Count == 0)
        {
            throw DataForgeException.Usage(
                $"The run '{tokens.Name}' has no tokens yet: run dataforge build, or the stages up to tokenize.");
        }

        if (!processes.IsRankZero)
        {
            if (TranslateErrors(processes.ReceiveWhetherToTrain))
            {
                TranslateErrors(() => Train(context, processes, training, tokens, startFolder, outputs, null, cancellation));
            }

            return;
        }

        bool isTrained = false;
        var plan = new PartPlan(outputs.Part, TranslateErrors(() => InputHash(tokens, startFolder)), 1, (output, token) =>
        {
            isTrained = true;
            TranslateErrors(() => processes.BroadcastWhetherToTrain(true));
            TranslateErrors(() => Train(context, processes, training, tokens, startFolder, outputs, output, token));
            return Task.CompletedTask;
        });
        int version = options.Problems is null ? CodeVersion : CodeVersionOfFineTuning;
        await context.RunPartAsync(Name, StageHash.OfOptions(Name, version, options), plan, cancellation).ConfigureAwait(false);
        if (!isTrained)
        {
            TranslateErrors(() => processes.BroadcastWhetherToTrain(false));
        }
    }

    private string InputHash(Run tokens, string? startFolder)
    {
        string dataHash = options.Problems is null ? tokens.Manifest.OutputHash(StageNames.Tokenize) : HashOfProblems(options.Problems);
        if (startFolder is null)
        {
            return dataHash;
        }

        List<string> hashes = [dataHash];
        foreach (string name in (string[])["config.json", GptNeoWeights.FileName, TokenizerFiles.TokenizerJson])
        {
            string path = Path.Combine(startFolder, name);
            bool exists = File.Exists(path);
            if (!exists && name != TokenizerFiles.TokenizerJson) // a tokenizer may consist of two older files instead
            {
                throw new TrainingException(
                    $"{startFolder} is not a model to start from: it has no {name}; give a GPT-Neo folder in Hugging Face's layout");
            }

            hashes.Add(exists ? StageHash.OfFile(path) : "");
        }

        return StageHash.Combine(hashes);
    }

    private static string HashOfProblems(string folder) => StageHash.Combine(
        AppsProblems.Read(folder, out _)
            .SelectMany(problem => problem.Answers.Prepend(problem.Prompt).Prepend(problem.Name))
            .Select(StageHash.Of));

    /// <summary>Trains one model. <paramref name="output"/> is null in all processes but rank 0, which writes.</summary>
    private void Train(
        StageContext context, TrainingProcesses processes, StagedOptions? stage, Run tokens, string? startFolder, TrainingOutputs outputs,
        PartOutput? output, CancellationToken cancellation)
    {
        Run run = context.Run;
        string device = processes.ResolveDevice(options);
        using TrainingJob job = options.Problems is null
            ? TrainingJob.OnTokens(options, stage, tokens, startFolder, device, processes.WorldSize)
            : TrainingJob.OnProblems(options, startFolder!, device, processes.WorldSize, text => Notify(context, output, text));
        if (stage is not null)
        {
            Notify(context, output, $"stage '{stage.Name}' on {job.DataDescription}");
        }

        string checkpoints = run.PathOf(outputs.Checkpoints), bestFolder = run.PathOf(outputs.Export + ".best");
        Precision kept = Precisions.Keep(options.Precision, job.Training, new CheckpointStore(checkpoints));
        TrainingOptions training = job.Training with
        {
            Threads = processes.ResolveThreads(options.Threads), Precision = processes.AgreeOn(kept),
        };
        string tensorBoard = run.PathOf($"{RunPaths.TensorBoard}/{outputs.Part}");
        using TrainingEvents? events = output is null
            ? null
            : new TrainingEvents(context.Events, training.Steps, tensorBoard, context.Time);
        ITrainingLog log = events ?? (ITrainingLog)new NullTrainingLog();
        if (training.Engine == TrainingEngine.TorchSharp)
        {
            TorchSharpPackages.Ensure(text => Notify(context, output, text), cancellation);
        }

        using var trainer = new Trainer(job.Config, training, job.Data, log, context.Time, processes.Group);
        if (job.Weights is not null)
        {
            trainer.LoadWeights(job.Weights);
        }

        var export = new ModelExport(run, options, job);
        trainer.BestReached = best => export.PublishBest(best, bestFolder);
        trainer.Run(checkpoints, cancellation);
        trainer.UseBest(checkpoints);
        double heldOutBits = job.HeldOut is null ? 0 : trainer.LossSum(job.HeldOut, cancellation) / Math.Log(2);
        if (output is null)
        {
            return;
        }

        export.Write(trainer, heldOutBits, outputs.Export, output);
        if (Directory.Exists(bestFolder))
        {
            Directory.Delete(bestFolder, recursive: true); // the export is the same model
        }

        AddCounts(output, outputs, trainer, training, job, heldOutBits);
        if (outputs.IsModel)
        {
            IReadOnlyList<string> optOuts = WorkspaceOptOuts.Read(context.Workspace).Lists;
            File.WriteAllBytes(output.Create(ModelOptOuts.File), CanonicalJson.Write(new ModelOptOuts(optOuts, [])));
            if (options.Problems is null)
            {
                WriteSamples(context, trainer, job.Vocabulary, cancellation);
            }
        }
    }

    /// <summary>
    /// Adds the training's counts. Totals over a stage's entries are sums, so the counts of an earlier training have their own names.
    /// </summary>
    private static void AddCounts(
        PartOutput output, TrainingOutputs outputs, Trainer trainer, TrainingOptions training, TrainingJob job, double heldOutBits)
    {
        Add(CountName.Parameters, job.Config.ParameterCount);
        Add(CountName.Steps, trainer.Step);
        Add(CountName.Tokens, trainer.Step * training.TokensPerStep);
        Add(CountName.TokensValidated, job.Unigram.Tokens);
        Add(CountName.UnigramEntropy, (long)(job.Unigram.NatsPerToken * 1e6));
        Add(CountName.ValidationLoss, (long)((trainer.BestLoss ?? 0) * 1e6));
        Add(CountName.HeldOutFiles, job.HeldOut?.Documents ?? 0);
        Add(CountName.HeldOutBytes, job.HeldOut?.Bytes ?? 0);
        Add(CountName.HeldOutBytesGzip, job.HeldOut?.GzipBytes ?? 0);
        Add(CountName.HeldOutBits, (long)heldOutBits);

        void Add(CountName name, long value) => output.Add(outputs.IsModel ? name : name.OfTraining(outputs.Part), value);
    }

    private void WriteSamples(StageContext context, Trainer trainer, BpeVocabulary vocabulary, CancellationToken cancellation)
    {
        IReadOnlyList<string> prompts = options.SamplePrompt switch
        {
            null => FunctionSample.Prompts,
            "" => [],
            _ => [options.SamplePrompt.TrimEnd()], // a line break belongs to the tokens after it
        };
        foreach (string prompt in prompts)
        {
            string completion = FunctionSample.Of(trainer.Model, vocabulary, prompt, options.Seed, cancellation);
            context.Events.Write(new SampleWritten(prompt, completion));
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

    /// <summary>Turns the errors whose message is meant for the user into the pipeline's exception.</summary>
    private static T TranslateErrors<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is TorchException or TrainingException or TokenShardException or TokenizerFormatException
            or InvalidDataException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataForgeException(e.Message, inner: e);
        }
    }

    /// <summary>The part of one training, and its folders relative to the run's.</summary>
    private sealed record TrainingOutputs(string Part, string Export, string Checkpoints)
    {
        private const string ModelPart = "model";

        /// <summary>Whether it trains the run's model; otherwise a model that a later training starts from.</summary>
        public bool IsModel => Part == ModelPart;

        /// <summary>The outputs of one of several trainings, or of the only one, where <paramref name="training"/> is null.</summary>
        public static TrainingOutputs Of(StagedOptions? training, bool isLast) => new(
            isLast ? ModelPart : "stage-" + training!.Name,
            isLast ? RunPaths.ModelExport : $"{RunPaths.EarlierModels}/{training!.Name}",
            training is null ? RunPaths.Checkpoints : $"{RunPaths.Checkpoints}/{training.Name}");
    }
}
