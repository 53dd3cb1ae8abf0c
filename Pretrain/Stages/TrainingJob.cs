using DataForge.Corpus.Runs;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Stages;

/// <summary>One training to be done: which model, from which weights, on what, how.</summary>
internal sealed class TrainingJob : IDisposable
{
    /// <summary>The model.</summary>
    public required GptNeoConfig Config { get; init; }

    /// <summary>How it is trained, as shared out to the processes.</summary>
    public required TrainingOptions Training { get; init; }

    /// <summary>The batches.</summary>
    public required ITrainingData Data { get; init; }

    /// <summary>The tokenizer.</summary>
    public required BpeVocabulary Vocabulary { get; init; }

    /// <summary>Where the tokenizer's files lie; the export gets copies of them.</summary>
    public required string TokenizerFolder { get; init; }

    /// <summary>Weights to start from; null draws them.</summary>
    public string? Weights { get; init; }

    /// <summary>What it was trained on, in words, for the model card.</summary>
    public required string DataDescription { get; init; }

    /// <summary>What counting tokens alone would reach on the held-out ones.</summary>
    public required UnigramEntropy Unigram { get; init; }

    /// <summary>A job on the tokens of a run.</summary>
    /// <param name="options">The stage's options.</param>
    /// <param name="stage">What differs from them in a stage of several; null where there is one.</param>
    /// <param name="tokens">The run whose tokens are trained on.</param>
    /// <param name="from">A model folder to start from; null starts anew.</param>
    /// <param name="device">Where.</param>
    /// <param name="processes">How many train together.</param>
    public static TrainingJob OnTokens(PretrainOptions options, StagedOptions? stage, Run tokens, string? from, string device, int processes)
    {
        string folder = tokens.PathOf(Folder);
        BpeVocabulary vocabulary = TokenizerReader.ReadFolder(folder);
        GptNeoConfig config = from is null
            ? TrainingPresets.Find(options.Preset).Model(vocabulary.Count) with { BosTokenId = vocabulary.EndOfText, EosTokenId = vocabulary.EndOfText }
            : LoadConfig(from, vocabulary, Path.Combine(folder, TokenizerFiles.TokenizerJson));
        TrainingOptions training = options.Training(device, stage, config.MaxPositionEmbeddings).SplitAcross(processes);
        IReadOnlyList<ManifestEntry> entries = tokens.Manifest.Entries("tokenize");
        var data = new PackedTrainingData(Shards(tokens, entries, "train-"), Shards(tokens, entries, "val"), new PackedDataOptions
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
        return new TrainingJob
        {
            Config = config,
            Training = training,
            Data = data,
            Vocabulary = vocabulary,
            TokenizerFolder = folder,
            Weights = from is null ? null : Path.Combine(from, GptNeoWeights.FileName),
            DataDescription = $"the {tokens.Manifest.Totals("tokenize").GetValueOrDefault("tokens.train"):N0} training tokens of the run '{tokens.Name}'"
                + (tokens.Manifest.Totals("tokenize").GetValueOrDefault(TextSources.DocumentsCount) is > 0 and long texts
                    ? $" ({texts:N0} documents of it are text that was given as it is, past all rules and licences)"
                    : ""),
            Unigram = UnigramEntropy.OfValidation(data, training.BatchSize, training.BlockSize, vocabulary.Count),
        };
    }

    /// <summary>A fine-tune on problems in APPS's layout; the tokenizer is the model's own.</summary>
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
            DataDescription = $"{data.Examples:N0} answers to {problems.Count:N0} problems in APPS's layout, the loss on the answers alone",
            Unigram = UnigramEntropy.OfValidation(data, training.BatchSize, training.BlockSize, vocabulary.Count),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => (Data as IDisposable)?.Dispose();

    private const string Folder = "4-tokens/";

    private static GptNeoConfig LoadConfig(string from, BpeVocabulary vocabulary, string? tokenizerOfTokens)
    {
        GptNeoConfig config = GptNeoConfig.Load(Path.Combine(from, "config.json"));
        string own = Path.Combine(from, TokenizerFiles.TokenizerJson);
        if (tokenizerOfTokens is not null && File.Exists(own) && !File.ReadAllBytes(own).AsSpan().SequenceEqual(File.ReadAllBytes(tokenizerOfTokens)))
        {
            throw new TrainingException(
                $"the model in {from} has another tokenizer than the tokens were made with ({tokenizerOfTokens}); tokenize with --set tokenize.tokenizer={from}");
        }

        return vocabulary.Count <= config.VocabSize
            ? config
            : throw new TrainingException($"the tokenizer has {vocabulary.Count:N0} tokens where the model in {from} has {config.VocabSize:N0}");
    }

    private static IEnumerable<string> Shards(Run run, IReadOnlyList<ManifestEntry> tokens, string part) => tokens
        .Where(entry => entry.Part.StartsWith(part, StringComparison.Ordinal))
        .SelectMany(entry => entry.Outputs)
        .Where(output => output.Path.EndsWith(".bin", StringComparison.Ordinal))
        .Select(output => run.PathOf(output.Path));
}
