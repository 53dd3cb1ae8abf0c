using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Parquet;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Stages;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain;

/// <summary>
/// <c>3-dataset</c> to <c>4-tokens</c>: holds repositories out for validation, trains the tokenizer on the rest, and encodes both.
/// </summary>
public sealed class TokenizeStage(TokenizeOptions options) : IStage
{
    // Raise it whenever the same dataset and options would give other files.
    private const int CodeVersion = 1;

    /// <inheritdoc/>
    public string Name => StageNames.Tokenize;

    /// <inheritdoc/>
    public async Task RunAsync(StageContext context, CancellationToken cancellation)
    {
        Run run = context.Run;
        string optionsHash = StageHash.OfOptions(Name, CodeVersion, options);
        bool isText = options.Sources.Count > 0;
        IReadOnlyList<ManifestOutput> shards = isText
            ? await TextSources.ImportAsync(context, options.Sources, optionsHash, cancellation).ConfigureAwait(false)
            : DatasetShards.Require(run);
        string inputHash = InputHash(shards);

        PartPlan split = Plan(TokenizeParts.Split, inputHash, (output, token) => HoldOut(context, shards, output, token));
        await context.RunPartAsync(Name, optionsHash, split, cancellation).ConfigureAwait(false);
        HeldOutRepositories heldOut = HeldOutRepositories.Read(run.PathOf(TokenizeParts.HeldOutFile));

        PartPlan tokenizer = Plan(
            TokenizeParts.TokenizerPart, inputHash, (output, token) => MakeTokenizer(context, shards, heldOut, output, token));
        await context.RunPartAsync(Name, optionsHash, tokenizer, cancellation).ConfigureAwait(false);

        BpeVocabulary vocabulary = TokenizerReader.ReadFolder(run.PathOf(RunPaths.Tokens));
        var encoder = new DatasetEncoder(run, vocabulary, heldOut, options.Objective, context.Workers);
        List<PartPlan> plans = [.. shards.Select((shard, i) => PlanTraining(encoder, shard, TokenizeParts.Training(i), inputHash))];
        plans.Add(new PartPlan(
            TokenizeParts.Validation, inputHash, 1, (output, token) => encoder.WriteValidation(shards, output, token)));
        await context.RunPartsAsync(Name, optionsHash, plans, "bytes", cancellation).ConfigureAwait(false);

        IEnumerable<string> parts = plans.Select(plan => plan.Part).Append(TokenizeParts.Split).Append(TokenizeParts.TokenizerPart);
        run.Manifest.KeepOnly(Name, (isText ? parts.Append(TokenizeParts.Text) : parts).ToHashSet(StringComparer.Ordinal));
    }

    private static PartPlan PlanTraining(DatasetEncoder encoder, ManifestOutput shard, string part, string inputHash) => new(
        part, StageHash.Combine(inputHash, shard.Sha256), shard.Bytes,
        (output, token) => encoder.WriteTraining(shard, part, output, token));

    private static PartPlan Plan(string part, string inputHash, Action<PartOutput, CancellationToken> compute) =>
        new(part, inputHash, 1, (output, token) =>
        {
            compute(output, token);
            return Task.CompletedTask;
        });

    private string InputHash(IReadOnlyList<ManifestOutput> shards)
    {
        IEnumerable<string> hashes = shards.Select(shard => shard.Path + " " + shard.Sha256);
        return StageHash.Combine(options.Tokenizer is { } folder ? hashes.Append(HashOfTokenizer(folder)) : hashes);
    }

    private void HoldOut(StageContext context, IReadOnlyList<ManifestOutput> shards, PartOutput output, CancellationToken cancellation)
    {
        var repositories = new Dictionary<string, (long Bytes, long Documents)>(StringComparer.Ordinal);
        foreach (RowGroup group in DatasetShards.RowGroups(context.Run, shards))
        {
            cancellation.ThrowIfCancellationRequested();
            DatasetShards.Read(group, rows => AddSizes(rows, repositories), Column.RepositoryName, Column.LengthBytes);
        }

        HeldOutSplit split = HeldOutSplit.Choose(
            repositories.Select(pair => (pair.Key, pair.Value.Bytes, pair.Value.Documents)),
            new HeldOutOptions
            {
                Share = options.ValidationShare,
                MinSize = options.ValidationMinBytes,
                MinRepositories = options.ValidationMinRepositories,
                Seed = options.Seed,
            });
        if (split.Problem is { } problem)
        {
            context.Events.Write(Note.Warning(problem));
        }

        HeldOutRepositories.Write(output.Create(TokenizeParts.HeldOutFile), repositories.Keys.Where(split.IsValidation));
        output.Add(CountName.RepositoriesValidation, split.Repositories);
        output.Add(CountName.RepositoriesTrain, repositories.Count - split.Repositories);
    }

    private static int AddSizes(CorpusShard.Rows rows, Dictionary<string, (long Bytes, long Documents)> repositories)
    {
        BinaryColumn names = rows.Get(Column.RepositoryName);
        Int64Column sizes = rows.Get(Column.LengthBytes);
        for (int row = 0; row < rows.Count; row++)
        {
            string name = names.GetString(row);
            (long bytes, long documents) = repositories.GetValueOrDefault(name);
            repositories[name] = (bytes + sizes[row], documents + 1);
        }

        return rows.Count;
    }

    private static string HashOfTokenizer(string folder)
    {
        _ = ReadGivenTokenizer(folder); // refused before anything is computed
        return StageHash.Combine(
            TokenizerFiles.Names.Select(name => Path.Combine(folder, name)).Where(File.Exists).Select(StageHash.OfFile));
    }

    private static BpeVocabulary ReadGivenTokenizer(string folder)
    {
        try
        {
            return TokenizerReader.ReadFolder(folder);
        }
        catch (Exception e) when (e is TokenizerFormatException or DirectoryNotFoundException)
        {
            throw DataForgeException.Usage($"tokenize.tokenizer: {e.Message}", e);
        }
    }

    private void MakeTokenizer(
        StageContext context, IReadOnlyList<ManifestOutput> shards, HeldOutRepositories heldOut, PartOutput output,
        CancellationToken cancellation)
    {
        if (options.Tokenizer is { } folder)
        {
            foreach (string name in TokenizerFiles.Names.Where(name => File.Exists(Path.Combine(folder, name))))
            {
                File.Copy(Path.Combine(folder, name), output.Create(TokenizerFile(name)), overwrite: true); // byte for byte
            }

            output.Add(CountName.Vocabulary, ReadGivenTokenizer(folder).Count);
            return;
        }

        TrainTokenizer(context, shards, heldOut, output, cancellation);
    }

    private void TrainTokenizer(
        StageContext context, IReadOnlyList<ManifestOutput> shards, HeldOutRepositories heldOut, PartOutput output,
        CancellationToken cancellation)
    {
        IReadOnlyList<RowGroup> groups = DatasetShards.RowGroups(context.Run, shards);
        PreTokenCounter counts;
        using (StageProgress counting = context.Progress(Name, "row groups", groups.Count))
        {
            counts = CountPreTokens(context, groups, heldOut, counting, cancellation);
        }

        BpeVocabulary vocabulary;
        using (StageProgress merging = context.Progress(Name, "tokens", options.VocabularySize))
        {
            int reported = 0;
            vocabulary = BpeTrainer.Train(
                counts,
                new BpeTrainerOptions { VocabularySize = options.VocabularySize, MinPairCount = options.MinPairCount },
                (done, _) =>
                {
                    merging.Advance(done - reported);
                    reported = done;
                },
                cancellation);
        }

        foreach ((string name, byte[] bytes) in TokenizerFiles.Build(vocabulary, options.ModelMaxLength))
        {
            File.WriteAllBytes(output.Create(TokenizerFile(name)), bytes);
        }

        output.Add(CountName.Vocabulary, vocabulary.Count);
        output.Add(CountName.PretokensDistinct, counts.Distinct);
    }

    // Counts are sums, so the result depends neither on the number of workers nor on their order.
    private PreTokenCounter CountPreTokens(
        StageContext context, IReadOnlyList<RowGroup> groups, HeldOutRepositories heldOut, StageProgress progress,
        CancellationToken cancellation)
    {
        var total = new PreTokenCounter(options.PreTokenization);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = context.Workers, CancellationToken = cancellation };
        Parallel.ForEach(
            groups,
            parallel,
            () => new PreTokenCounter(options.PreTokenization),
            (group, _, counter) => DatasetShards.Read(
                group,
                rows =>
                {
                    BinaryColumn names = rows.Get(Column.RepositoryName);
                    for (int row = 0; row < rows.Count; row++)
                    {
                        if (!heldOut.Contains(names[row]))
                        {
                            counter.Count(rows.Text(row));
                        }
                    }

                    progress.Advance(1);
                    return counter;
                },
                Column.RepositoryName,
                Column.Content),
            counter =>
            {
                lock (total)
                {
                    total.Merge(counter);
                }
            });
        return total;
    }

    private static string TokenizerFile(string name) => RunPaths.Tokens + "/" + name;
}
