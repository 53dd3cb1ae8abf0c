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

/// <summary><c>4-tokens</c> to <c>5-model</c>: trains, with checkpoints, and exports what <c>from_pretrained</c> opens.</summary>
public sealed class PretrainStage(PretrainOptions options) : IStage
{
    // Raise it whenever the same tokens and options would give other weights.
    private const int CodeVersion = 1;
    private const int SampleTokens = 96;
    private const string Tokens = "4-tokens/";
    private const string Export = "5-model/export/";

    /// <inheritdoc/>
    public string Name => "pretrain";

    /// <inheritdoc/>
    public async Task RunAsync(StageContext context, CancellationToken cancellation)
    {
        Run run = context.Run;
        IReadOnlyList<ManifestEntry> tokens = run.Manifest.Entries("tokenize");
        if (tokens.Count == 0)
        {
            throw DataForgeException.Usage($"The run '{run.Name}' has no tokens yet: run dataforge build, or the stages up to tokenize.");
        }

        var plan = new PartPlan("model", run.Manifest.OutputHash("tokenize"), 1, (output, token) =>
        {
            Explained(() => Train(context, tokens, output, token));
            return Task.CompletedTask;
        });
        await context.RunPartAsync(Name, StageHash.OfOptions(Name, CodeVersion, options), plan, cancellation).ConfigureAwait(false);
    }

    private void Train(StageContext context, IReadOnlyList<ManifestEntry> tokens, PartOutput output, CancellationToken cancellation)
    {
        Run run = context.Run;
        BpeVocabulary vocabulary = TokenizerReader.ReadFolder(run.PathOf(Tokens));
        TrainingOptions training = options.Training(options.Device == "auto" ? torch.CudaAvailable ? "cuda" : "cpu" : options.Device);
        GptNeoConfig config = TrainingPresets.Find(options.Preset).Model(vocabulary.Count) with
        {
            BosTokenId = vocabulary.EndOfText, EosTokenId = vocabulary.EndOfText,
        };

        using var data = new PackedTrainingData(Shards(run, tokens, "train-"), Shards(run, tokens, "val"), new PackedDataOptions
        {
            BlockSize = training.BlockSize,
            BatchSize = training.BatchSize,
            MicroBatches = training.AccumulationSteps,
            Seed = options.Seed,
            ResampleByStars = options.ResampleByStars,
            VocabularySize = vocabulary.Count,
            FillerToken = vocabulary.EndOfText,
            MaxValidationBlocks = options.MaxValidationBlocks,
        });
        UnigramEntropy unigram = UnigramEntropy.OfValidation(data, training.BatchSize, training.BlockSize, vocabulary.Count);

        string checkpoints = run.PathOf("5-model/checkpoints");
        using var trainer = new Trainer(config, training, data, new TrainingEvents(context.Events, training.Steps), context.Time);
        trainer.Run(checkpoints, cancellation);
        ExportModel(run, trainer, checkpoints, output);
        File.WriteAllBytes(output.Create(ModelOptOuts.File), CanonicalJson.Write(new ModelOptOuts(WorkspaceOptOuts.Read(context.Workspace).Lists, [])));

        output.Add("parameters", config.ParameterCount);
        output.Add("steps", trainer.Step);
        output.Add("tokens", trainer.Step * training.TokensPerStep);
        output.Add("tokens.validated", unigram.Tokens);
        output.Add("unigram_entropy.micronats", (long)(unigram.NatsPerToken * 1e6));
        output.Add("loss.validation.micronats", (long)((trainer.BestLoss ?? 0) * 1e6));
        WriteSample(context, trainer, vocabulary, cancellation);
    }

    // The trainer publishes a folder; the part's files get their names together with the manifest entry.
    private static void ExportModel(Run run, Trainer trainer, string checkpoints, PartOutput output)
    {
        string work = run.PathOf("5-model/export.work");
        trainer.Export(checkpoints, work);
        foreach (string file in Directory.GetFiles(work).Order(StringComparer.Ordinal))
        {
            File.Move(file, output.Create(Export + Path.GetFileName(file)), overwrite: true);
        }

        Directory.Delete(work, recursive: true);
        foreach (ManifestOutput file in run.Manifest.Find("tokenize", "tokenizer")!.Outputs)
        {
            File.Copy(run.PathOf(file.Path), output.Create(Export + Path.GetFileName(file.Path)), overwrite: true);
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

    private static IEnumerable<string> Shards(Run run, IReadOnlyList<ManifestEntry> tokens, string part) => tokens
        .Where(entry => entry.Part.StartsWith(part, StringComparison.Ordinal))
        .SelectMany(entry => entry.Outputs)
        .Where(output => output.Path.EndsWith(".bin", StringComparison.Ordinal))
        .Select(output => run.PathOf(output.Path));

    private static void Explained(Action train)
    {
        try
        {
            train();
        }
        catch (Exception e) when (e is TorchException or TrainingException or TokenShardException or TokenizerFormatException or InvalidDataException)
        {
            throw new DataForgeException(e.Message, inner: e);
        }
    }
}
