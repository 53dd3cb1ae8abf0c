using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Stages;

/// <summary>One training, resolved from the options: the model, its initial weights, the data and the training options.</summary>
internal sealed class TrainingJob : IDisposable
{
    /// <summary>The model's shape.</summary>
    public required GptNeoConfig Config { get; init; }

    /// <summary>How it is trained, as split across the processes.</summary>
    public required TrainingOptions Training { get; init; }

    /// <summary>The batches.</summary>
    public required ITrainingData Data { get; init; }

    /// <summary>The tokenizer.</summary>
    public required BpeVocabulary Vocabulary { get; init; }

    /// <summary>The folder with the tokenizer's files; the export gets copies of them.</summary>
    public required string TokenizerFolder { get; init; }

    /// <summary>The safetensors file to start from; null draws the weights.</summary>
    public string? Weights { get; init; }

    /// <summary>What it is trained on, in words, for the model card.</summary>
    public required string DataDescription { get; init; }

    /// <summary>The loss on the held-out tokens of a model that knows the token frequencies only.</summary>
    public required UnigramEntropy Unigram { get; init; }

    /// <summary>
    /// Held-out documents, to measure bits per byte; null where whole documents are not what is trained on, or none are asked for.
    /// </summary>
    public HeldOutDocuments? HeldOut { get; init; }

    /// <summary>A training on the tokens of a run.</summary>
    /// <param name="options">The stage's options.</param>
    /// <param name="stage">What differs from them in one of several trainings; null if there is one.</param>
    /// <param name="tokens">The run whose tokens are trained on.</param>
    /// <param name="from">The model folder to start from; null draws the weights.</param>
    /// <param name="device">cpu, cuda or cuda:N.</param>
    /// <param name="processes">How many processes train together.</param>
    public static TrainingJob OnTokens(
        PretrainOptions options, StagedOptions? stage, Run tokens, string? from, string device, int processes)
    {
        string folder = tokens.PathOf(RunPaths.Tokens);
        BpeVocabulary vocabulary = TokenizerReader.ReadFolder(folder);
        GptNeoConfig config = from is null
            ? NewConfig(options, vocabulary)
            : LoadConfig(from, vocabulary, Path.Combine(folder, TokenizerFiles.TokenizerJson));
        TrainingOptions training = options.Training(device, stage, config.MaxPositionEmbeddings).SplitAcross(processes);
        IReadOnlyList<ManifestEntry> entries = tokens.Manifest.Entries(StageNames.Tokenize);
        var dataOptions = new PackedDataOptions
        {
            BlockSize = training.BlockSize,
            BatchSize = training.BatchSize,
            MicroBatches = training.AccumulationSteps,
            Seed = options.Seed,
            ResampleByStars = options.ResampleByStars,
            VocabularySize = vocabulary.Count,
            FillerToken = vocabulary.EndOfText,
            MaxValidationBlocks = options.MaxValidationBlocks,
        };
        var data = new PackedTrainingData(
            TokenFiles(tokens, entries, TokenizeParts.TrainingPrefix), TokenFiles(tokens, entries, TokenizeParts.Validation), dataOptions);
        return new TrainingJob
        {
            Config = config,
            Training = training,
            Data = data,
            HeldOut = options.HeldOutBytes == 0 ? null : new HeldOutDocuments(
                TokenFiles(tokens, entries, TokenizeParts.Validation), vocabulary, training.BatchSize, training.BlockSize,
                options.HeldOutBytes),
            Vocabulary = vocabulary,
            TokenizerFolder = folder,
            Weights = from is null ? null : Path.Combine(from, GptNeoWeights.FileName),
            DataDescription = DescribeTokens(tokens),
            Unigram = UnigramEntropy.OfValidation(data, training.BatchSize, training.BlockSize, vocabulary.Count),
        };
    }

    /// <summary>A fine-tuning on problems in APPS's layout; the tokenizer is the model's own.</summary>
    /// <param name="options">The stage's options.</param>
    /// <param name="from">The model folder to start from.</param>
    /// <param name="device">cpu, cuda or cuda:N.</param>
    /// <param name="processes">How many processes train together.</param>
    /// <param name="note">Receives a sentence about the problems.</param>
    public static TrainingJob OnProblems(PretrainOptions options, string from, string device, int processes, Action<string> note)
    {
        BpeVocabulary vocabulary = TokenizerReader.ReadFolder(from);
        GptNeoConfig config = LoadConfig(from, vocabulary, null);
        TrainingOptions training = options.Training(device, null, config.MaxPositionEmbeddings).SplitAcross(processes);
        IReadOnlyList<AppsProblem> problems = AppsProblems.Read(options.Problems!, out int skipped);
        var data = new FineTuningData(
            problems, vocabulary, new FineTuningOptions(training.BlockSize, training.BatchSize, training.AccumulationSteps, options.Seed));
        note($"{problems.Count:N0} problems with {data.Examples:N0} answers to train on"
            + (skipped > 0 ? $"; {skipped:N0} folders without a question or an answer passed over" : "")
            + (data.TooLong > 0 ? $"; {data.TooLong:N0} answers left out whose prompt alone fills {training.BlockSize:N0} tokens" : ""));
        return new TrainingJob
        {
            Config = config,
            Training = training,
            Data = data,
            Vocabulary = vocabulary,
            TokenizerFolder = from,
            Weights = Path.Combine(from, GptNeoWeights.FileName),
            DataDescription =
                $"{data.Examples:N0} answers to {problems.Count:N0} problems in APPS's layout, the loss on the answers alone",
            Unigram = UnigramEntropy.OfValidation(data, training.BatchSize, training.BlockSize, vocabulary.Count),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        (Data as IDisposable)?.Dispose();
        HeldOut?.Dispose();
    }

    private static GptNeoConfig NewConfig(PretrainOptions options, BpeVocabulary vocabulary) =>
        TrainingPresets.Find(options.Preset).Model(vocabulary.Count) with
        {
            BosTokenId = vocabulary.EndOfText, EosTokenId = vocabulary.EndOfText,
        };

    private static string DescribeTokens(Run tokens)
    {
        CountTable counts = tokens.Manifest.TotalCounts(StageNames.Tokenize);
        string unfiltered = counts[CountName.DocumentsUnfiltered] is > 0 and long texts
            ? $" ({texts:N0} documents of it are text that was given as it is, past all rules and licences)"
            : "";
        return $"the {counts[CountName.TokensTrain]:N0} training tokens of the run '{tokens.Name}'{unfiltered}";
    }

    /// <summary>Reads a model's configuration and checks that its tokenizer is the one the tokens were made with.</summary>
    /// <exception cref="TrainingException">It has another tokenizer, or a smaller vocabulary.</exception>
    private static GptNeoConfig LoadConfig(string from, BpeVocabulary vocabulary, string? tokenizerOfTokens)
    {
        GptNeoConfig config = GptNeoConfig.Load(Path.Combine(from, "config.json"));
        string tokenizer = Path.Combine(from, TokenizerFiles.TokenizerJson);
        if (tokenizerOfTokens is not null && File.Exists(tokenizer) && !HaveSameBytes(tokenizer, tokenizerOfTokens))
        {
            throw new TrainingException(
                $"the model in {from} has another tokenizer than the tokens were made with ({tokenizerOfTokens}); "
                + $"tokenize with --set tokenize.tokenizer={from}");
        }

        return vocabulary.Count <= config.VocabSize
            ? config
            : throw new TrainingException(
                $"the tokenizer has {vocabulary.Count:N0} tokens where the model in {from} has {config.VocabSize:N0}");
    }

    private static bool HaveSameBytes(string first, string second) =>
        File.ReadAllBytes(first).AsSpan().SequenceEqual(File.ReadAllBytes(second));

    private static IEnumerable<string> TokenFiles(Run run, IReadOnlyList<ManifestEntry> entries, string partPrefix) => entries
        .Where(entry => entry.Part.StartsWith(partPrefix, StringComparison.Ordinal))
        .SelectMany(entry => entry.Outputs)
        .Where(output => output.Path.EndsWith(".bin", StringComparison.Ordinal))
        .Select(output => run.PathOf(output.Path));
}
