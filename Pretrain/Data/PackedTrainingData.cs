using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Data;

/// <summary>How documents become batches.</summary>
public sealed record PackedDataOptions
{
    /// <summary>Tokens of a block, which is one row of a batch: 2 or more.</summary>
    public required int BlockSize { get; init; }

    /// <summary>Rows of one micro-batch: 1 or more.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Micro-batches of one optimizer step, over all processes: 1 or more. A step takes BatchSize · MicroBatches blocks.</summary>
    public int MicroBatches { get; init; } = 1;

    /// <summary>Chooses the order.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether documents of starred repositories come more than once an epoch (<see cref="Resampling"/>); default no.</summary>
    public bool ResampleByStars { get; init; }

    /// <summary>The model's vocabulary; a token beyond it is told as damage.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The token that fills up the last block of an epoch, where it counts in no loss; <c>&lt;|endoftext|&gt;</c>.</summary>
    public required int FillerToken { get; init; }

    /// <summary>The most validation blocks used; where there are more, as many as this are taken at even distances. Default: all.</summary>
    public int MaxValidationBlocks { get; init; } = int.MaxValue;
}

/// <summary>
/// Training data from token shards. The blocks that training sees are numbered from 0 on, epoch after epoch, and step s takes the blocks from
/// s · BatchSize · MicroBatches on; so its batch depends on the seed and the step only, and one process with four micro-batches sees what four
/// processes with one each see together. Safe for several threads.
/// </summary>
public sealed class PackedTrainingData : ITrainingData, IDisposable
{
    private readonly PackedDataOptions options;
    private readonly DocumentSet training, validation;
    private readonly List<long> firstBlock = [0];   // of each epoch reached so far, and of the one after
    private readonly Lock planning = new();
    private readonly int validationBlocks, validationUsed;
    private EpochPlan? plan, other;   // a step can span two epochs
    private readonly Lazy<string> fingerprint;

    /// <summary>Opens the shards.</summary>
    /// <param name="trainingShards">Files of tokens to train on, in an order that is the same each time.</param>
    /// <param name="validationShards">Files of held-out tokens; can be none.</param>
    /// <param name="options">How documents become batches.</param>
    /// <exception cref="TokenShardException">A shard is damaged or missing.</exception>
    public PackedTrainingData(IEnumerable<string> trainingShards, IEnumerable<string> validationShards, PackedDataOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlockSize, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MicroBatches, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxValidationBlocks, 1);
        this.options = options;
        training = new DocumentSet(trainingShards);
        try
        {
            validation = new DocumentSet(validationShards);
            if (training.Documents == 0)
            {
                throw new ArgumentException("There is no document to train on: the token shards are empty. Loosen the clean stage's rules, or add sources.");
            }

            if (options.ResampleByStars && training.Documents > int.MaxValue)
            {
                throw new ArgumentException($"Resampling by stars takes at most {int.MaxValue} documents; there are {training.Documents}.");
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        validationBlocks = checked((int)((validation.Tokens + options.BlockSize - 1) / options.BlockSize));
        validationUsed = Math.Min(validationBlocks, options.MaxValidationBlocks);
        fingerprint = new Lazy<string>(ComputeFingerprint);
    }

    /// <inheritdoc/>
    public string Fingerprint => fingerprint.Value;

    /// <inheritdoc/>
    public int ValidationBatches => (validationUsed + options.BatchSize - 1) / options.BatchSize;

    /// <summary>Documents to train on.</summary>
    public long TrainingDocuments => training.Documents;

    /// <summary>Tokens to train on, each document once, bos and eos included.</summary>
    public long TrainingTokens => training.Tokens;

    /// <summary>Held-out tokens, bos and eos included.</summary>
    public long ValidationTokens => validation.Tokens;

    /// <summary>How many blocks an epoch has.</summary>
    public long BlocksIn(long epoch)
    {
        long first = FirstBlock(epoch);
        return FirstBlock(epoch + 1) - first;
    }

    /// <inheritdoc/>
    public void FillBatch(long step, int microBatch, Span<int> tokens, Span<int> labels)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)microBatch, (uint)options.MicroBatches, nameof(microBatch));
        RequireShape(tokens.Length, labels.Length);
        long first = checked(((step * options.MicroBatches) + microBatch) * options.BatchSize);
        for (int row = 0; row < options.BatchSize; row++)
        {
            Range range = (row * options.BlockSize)..((row + 1) * options.BlockSize);
            (EpochPlan epoch, long block) = Find(first + row);
            Finish(tokens[range], labels[range], epoch.Fill(block, tokens[range], options.FillerToken), "training");
        }
    }

    /// <inheritdoc/>
    public void FillValidation(int index, Span<int> tokens, Span<int> labels)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)ValidationBatches, nameof(index));
        RequireShape(tokens.Length, labels.Length);
        for (int row = 0; row < options.BatchSize; row++)
        {
            Range range = (row * options.BlockSize)..((row + 1) * options.BlockSize);
            long number = ((long)index * options.BatchSize) + row;
            int filled = number < validationUsed ? FillHeldOut(number * validationBlocks / validationUsed, tokens[range]) : 0;
            tokens[range][filled..].Fill(options.FillerToken);
            Finish(tokens[range], labels[range], filled, "validation");
        }
    }

    /// <summary>Closes the shards.</summary>
    public void Dispose()
    {
        training.Dispose();
        validation?.Dispose();
    }

    private (EpochPlan Plan, long Block) Find(long block)
    {
        lock (planning)
        {
            long epoch = plan?.Epoch ?? 0;
            while (block < FirstBlock(epoch))
            {
                epoch--;
            }

            while (block >= FirstBlock(epoch + 1))
            {
                epoch++;
            }

            if (plan?.Epoch != epoch)
            {
                (plan, other) = (other, plan);
                if (plan?.Epoch != epoch)
                {
                    plan = new EpochPlan(training, options.BlockSize, options.Seed, epoch, options.ResampleByStars);
                }
            }

            return (plan, block - FirstBlock(epoch));
        }
    }

    private long FirstBlock(long epoch)
    {
        lock (planning)
        {
            if (!options.ResampleByStars)
            {
                return checked(epoch * EpochPlan.CountBlocks(training, options.BlockSize, options.Seed, 0, resample: false));
            }

            while (firstBlock.Count <= epoch)
            {
                int last = firstBlock.Count - 1;
                firstBlock.Add(firstBlock[last] + EpochPlan.CountBlocks(training, options.BlockSize, options.Seed, last, resample: true));
            }

            return firstBlock[(int)epoch];
        }
    }

    private int FillHeldOut(long block, Span<int> tokens)
    {
        long start = block * options.BlockSize;
        int filled = 0;
        foreach (TokenShard shard in validation.Shards)
        {
            if (start < shard.Tokens && filled < tokens.Length)
            {
                ReadOnlySpan<ushort> source = shard.AllTokens[(int)start..];
                source = source[..Math.Min(source.Length, tokens.Length - filled)];
                TokenCopy.Widen(source, tokens[filled..]);
                filled += source.Length;
            }

            start = Math.Max(0, start - shard.Tokens);
        }

        return filled;
    }

    private void Finish(Span<int> tokens, Span<int> labels, int filled, string part)
    {
        foreach (int token in tokens)
        {
            if (token >= options.VocabularySize)
            {
                string shard = (part == "training" ? training : validation).Shards[0].Path;
                throw new TokenShardException(
                    Path.GetDirectoryName(shard) ?? shard, $"token {token} in the {part} shards is not in the vocabulary of {options.VocabularySize}");
            }
        }

        tokens.CopyTo(labels);
        labels[filled..].Fill(ITrainingData.IgnoredLabel);
    }

    private void RequireShape(int tokens, int labels)
    {
        int expected = options.BatchSize * options.BlockSize;
        if (tokens != expected || labels != expected)
        {
            throw new ArgumentException($"{tokens} tokens and {labels} labels; a batch has {options.BatchSize} × {options.BlockSize}.");
        }
    }

    private string ComputeFingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // The split of a step into micro-batches is left out: it changes nothing in what a step sees.
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"packed 1; {options.BlockSize}; {(long)options.BatchSize * options.MicroBatches}; {options.Seed}; {options.ResampleByStars}; "
            + $"{options.FillerToken}; {training.Shards.Count}")));
        foreach (TokenShard shard in training.Shards)
        {
            shard.AppendTo(hash);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
