using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Stages;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain;

/// <summary>
/// <c>3-dataset</c> to <c>4-tokens</c>: holds repositories out, trains the tokenizer on the rest, and encodes both.
/// </summary>
public sealed class TokenizeStage(TokenizeOptions options) : IStage
{
    // Raise it whenever the same dataset and options would give other files.
    private const int CodeVersion = 1;
    private const string Folder = "4-tokens/";

    /// <inheritdoc/>
    public string Name => "tokenize";

    /// <inheritdoc/>
    public async Task RunAsync(StageContext context, CancellationToken cancellation)
    {
        Run run = context.Run;
        string optionsHash = StageHash.OfOptions(Name, CodeVersion, options);
        IReadOnlyList<ManifestOutput> shards = options.Sources.Count == 0
            ? DatasetShards.Of(run)
            : await TextSources.ImportAsync(context, options.Sources, Name, optionsHash, cancellation).ConfigureAwait(false);
        IEnumerable<string> hashes = shards.Select(shard => shard.Path + " " + shard.Sha256);
        string dataset = StageHash.Combine(options.Tokenizer is { } given ? hashes.Append(HashOfTokenizer(given)) : hashes);

        await context.RunPartAsync(Name, optionsHash, Plan("split", dataset, (output, token) => HoldOut(context, shards, output, token)), cancellation)
            .ConfigureAwait(false);
        HeldOutRepositories heldOut = HeldOutRepositories.Read(run.PathOf(Folder + HeldOutRepositories.FileName));
        await context.RunPartAsync(
            Name, optionsHash, Plan("tokenizer", dataset, (output, token) => MakeTokenizer(context, shards, heldOut, output, token)), cancellation)
            .ConfigureAwait(false);

        DatasetEncoder encoding = new DatasetEncoder(run, TokenizerReader.ReadFolder(run.PathOf(Folder)), heldOut, options.Objective, context.Workers);
        List<PartPlan> plans = [.. shards.Select((shard, i) => new PartPlan(
            $"train-{i:D5}", StageHash.Combine(dataset, shard.Sha256), shard.Bytes, (output, token) => encoding.WriteTraining(shard, $"{Folder}train-{i:D5}", output, token)))];
        plans.Add(new PartPlan("val", dataset, 1, (output, token) => encoding.WriteValidation(shards, Folder + "val", output, token)));
        await context.RunPartsAsync(Name, optionsHash, plans, "bytes", cancellation).ConfigureAwait(false);
        run.Manifest.KeepOnly(Name, plans.Select(plan => plan.Part).Concat(["split", "tokenizer"]).Concat(options.Sources.Count > 0 ? ["text"] : []).ToHashSet(StringComparer.Ordinal));
    }

    private static PartPlan Plan(string part, string input, Action<PartOutput, CancellationToken> compute) => new(part, input, 1, (output, token) =>
    {
        compute(output, token);
        return Task.CompletedTask;
    });

    private void HoldOut(StageContext context, IReadOnlyList<ManifestOutput> shards, PartOutput output, CancellationToken cancellation)
    {
        var repositories = new Dictionary<string, (long Bytes, long Documents)>(StringComparer.Ordinal);
        foreach (RowGroup group in DatasetShards.RowGroups(context.Run, shards))
        {
            cancellation.ThrowIfCancellationRequested();
            DatasetShards.Read(group, rows => AddSizes(rows, repositories), "repo_name", "length_bytes");
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

        HeldOutRepositories.Write(output.Create(Folder + HeldOutRepositories.FileName), repositories.Keys.Where(split.IsValidation));
        output.Add("repositories.validation", split.Repositories);
        output.Add("repositories.train", repositories.Count - split.Repositories);
    }

    private static int AddSizes(CorpusShard.Rows rows, Dictionary<string, (long Bytes, long Documents)> repositories)
    {
        DataForge.Parquet.BinaryColumn names = rows.Columns.Binary("repo_name");
        DataForge.Parquet.Int64Column sizes = rows.Columns.Int64("length_bytes");
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
        _ = ReadGiven(folder);
        return StageHash.Combine(TokenizerFiles.Names.Select(name => Path.Combine(folder, name)).Where(File.Exists).Select(StageHash.OfFile));
    }

    private static BpeVocabulary ReadGiven(string folder)
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
        StageContext context, IReadOnlyList<ManifestOutput> shards, HeldOutRepositories heldOut, PartOutput output, CancellationToken cancellation)
    {
        if (options.Tokenizer is { } given)
        {
            foreach (string name in TokenizerFiles.Names.Where(name => File.Exists(Path.Combine(given, name))))
            {
                File.Copy(Path.Combine(given, name), output.Create(Folder + name), overwrite: true); // byte for byte
            }

            output.Add("vocabulary", ReadGiven(given).Count);
            return;
        }

        TrainTokenizer(context, shards, heldOut, output, cancellation);
    }

    private void TrainTokenizer(
        StageContext context, IReadOnlyList<ManifestOutput> shards, HeldOutRepositories heldOut, PartOutput output, CancellationToken cancellation)
    {
        IReadOnlyList<RowGroup> groups = DatasetShards.RowGroups(context.Run, shards);
        PreTokenCounter counts;
        using (StageProgress progress = context.Progress(Name, "row groups", groups.Count))
        {
            counts = Count(context, groups, heldOut, progress, cancellation);
        }

        BpeVocabulary vocabulary;
        using (StageProgress merging = context.Progress(Name, "tokens", options.VocabularySize))
        {
            int told = 0;
            vocabulary = BpeTrainer.Train(
                counts,
                new BpeTrainerOptions { VocabularySize = options.VocabularySize, MinPairCount = options.MinPairCount },
                (done, _) =>
                {
                    merging.Advance(done - told);
                    told = done;
                },
                cancellation);
        }

        foreach ((string name, byte[] bytes) in TokenizerFiles.Build(vocabulary, options.ModelMaxLength))
        {
            File.WriteAllBytes(output.Create(Folder + name), bytes);
        }

        output.Add("vocabulary", vocabulary.Count);
        output.Add("pretokens.distinct", counts.Distinct);
    }

    // Counts are sums, so neither the workers nor their order show in the result.
    private PreTokenCounter Count(
        StageContext context, IReadOnlyList<RowGroup> groups, HeldOutRepositories heldOut, StageProgress progress, CancellationToken cancellation)
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
                    DataForge.Parquet.BinaryColumn names = rows.Columns.Binary("repo_name");
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
                "repo_name",
                "content"),
            counter =>
            {
                lock (total)
                {
                    total.Merge(counter);
                }
            });
        return total;
    }
}
