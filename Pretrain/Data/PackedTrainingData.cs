using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Data;

/// <summary>How documents are arranged in batches.</summary>
public sealed record PackedDataOptions
{
    /// <summary>Tokens of a block, which is one row of a batch: 2 or more.</summary>
    public required int BlockSize { get; init; }

    /// <summary>Rows of one micro-batch: 1 or more.</summary>
    public required int BatchSize { get; init; }

    /// <summary>
    /// Micro-batches of one optimizer step, over all processes: 1 or more. A step takes BatchSize · MicroBatches blocks.
    /// </summary>
    public int MicroBatches { get; init; } = 1;

    /// <summary>Seed of the order.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether documents of starred repositories are repeated within an epoch (<see cref="Resampling"/>); default no.</summary>
    public bool ResampleByStars { get; init; }

    /// <summary>Size of the model's vocabulary; a token beyond it is reported as damage.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The token that pads the last block of an epoch; it does not count in the loss. <c>&lt;|endoftext|&gt;</c>.</summary>
    public required int FillerToken { get; init; }

    /// <summary>The most validation blocks used; of more, this many are taken at even distances. Default: all.</summary>
    public int MaxValidationBlocks { get; init; } = int.MaxValue;
}

/// <summary>
/// Training data from token shards. The blocks of training are numbered from 0 on, epoch after epoch, and step s takes the blocks from
/// s · BatchSize · MicroBatches on. So its batch depends on the seed and the step only, and one process with four micro-batches gets
/// what four processes with one each get together. Thread-safe.
/// </summary>
public sealed class PackedTrainingData : ITrainingData, IDisposable
{
    private readonly PackedDataOptions _options;
    private readonly DocumentSet _training, _validation;
    private readonly List<long> _firstBlock = [0]; // of each epoch reached so far, and of the one after
    private readonly Lock _planning = new();
    private readonly int _validationBlocks, _validationUsed;
    private EpochPlan? _plan, _otherPlan; // a step can span two epochs
    private readonly Lazy<string> _fingerprint;

    /// <summary>Opens the shards.</summary>
    /// <param name="trainingShards">Files of tokens to train on, in a reproducible order.</param>
    /// <param name="validationShards">Files of held-out tokens; may be none.</param>
    /// <param name="options">How documents are arranged in batches.</param>
    /// <exception cref="TokenShardException">A shard is damaged or missing.</exception>
    public PackedTrainingData(IEnumerable<string> trainingShards, IEnumerable<string> validationShards, PackedDataOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlockSize, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MicroBatches, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxValidationBlocks, 1);
        _options = options;
        _training = new DocumentSet(trainingShards);
        try
        {
            _validation = new DocumentSet(validationShards);
            if (_training.Documents == 0)
            {
                throw new ArgumentException(
                    "There is no document to train on: the token shards are empty. Loosen the clean stage's rules, or add sources.");
            }

            if (options.ResampleByStars && _training.Documents > int.MaxValue)
            {
                throw new ArgumentException(
                    $"Resampling by stars takes at most {int.MaxValue} documents; there are {_training.Documents}.");
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        _validationBlocks = checked((int)((_validation.Tokens + options.BlockSize - 1) / options.BlockSize));
        _validationUsed = Math.Min(_validationBlocks, options.MaxValidationBlocks);
        _fingerprint = new Lazy<string>(ComputeFingerprint);
    }

    /// <inheritdoc/>
    public string Fingerprint => _fingerprint.Value;

    /// <inheritdoc/>
    public int ValidationBatches => (_validationUsed + _options.BatchSize - 1) / _options.BatchSize;

    /// <summary>Documents to train on.</summary>
    public long TrainingDocuments => _training.Documents;

    /// <summary>Tokens to train on, each document once, bos and eos included.</summary>
    public long TrainingTokens => _training.Tokens;

    /// <summary>Held-out tokens, bos and eos included.</summary>
    public long ValidationTokens => _validation.Tokens;

    /// <summary>Number of blocks of an epoch.</summary>
    public long BlocksIn(long epoch)
    {
        long first = FirstBlock(epoch);
        return FirstBlock(epoch + 1) - first;
    }

    /// <inheritdoc/>
    public void FillBatch(long step, int microBatch, Span<int> tokens, Span<int> labels)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)microBatch, (uint)_options.MicroBatches, nameof(microBatch));
        RequireShape(tokens.Length, labels.Length);
        long first = checked(((step * _options.MicroBatches) + microBatch) * _options.BatchSize);
        for (int row = 0; row < _options.BatchSize; row++)
        {
            Range range = (row * _options.BlockSize)..((row + 1) * _options.BlockSize);
            (EpochPlan epoch, long block) = Find(first + row);
            Finish(tokens[range], labels[range], epoch.Fill(block, tokens[range], _options.FillerToken), "training");
        }
    }

    /// <inheritdoc/>
    public void FillValidation(int index, Span<int> tokens, Span<int> labels)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)ValidationBatches, nameof(index));
        RequireShape(tokens.Length, labels.Length);
        for (int row = 0; row < _options.BatchSize; row++)
        {
            Range range = (row * _options.BlockSize)..((row + 1) * _options.BlockSize);
            long number = ((long)index * _options.BatchSize) + row;
            int filled = number < _validationUsed ? FillHeldOut(number * _validationBlocks / _validationUsed, tokens[range]) : 0;
            tokens[range][filled..].Fill(_options.FillerToken);
            Finish(tokens[range], labels[range], filled, "validation");
        }
    }

    /// <summary>Closes the shards.</summary>
    public void Dispose()
    {
        _training.Dispose();
        _validation?.Dispose();
    }

    private (EpochPlan Plan, long Block) Find(long block)
    {
        lock (_planning)
        {
            long epoch = _plan?.Epoch ?? 0;
            while (block < FirstBlock(epoch))
            {
                epoch--;
            }

            while (block >= FirstBlock(epoch + 1))
            {
                epoch++;
            }

            if (_plan?.Epoch != epoch)
            {
                (_plan, _otherPlan) = (_otherPlan, _plan);
                if (_plan?.Epoch != epoch)
                {
                    _plan = new EpochPlan(_training, _options.BlockSize, _options.Seed, epoch, _options.ResampleByStars);
                }
            }

            return (_plan, block - FirstBlock(epoch));
        }
    }

    private long FirstBlock(long epoch)
    {
        lock (_planning)
        {
            if (!_options.ResampleByStars)
            {
                return checked(epoch * CountBlocks(0)); // all epochs are equally long
            }

            while (_firstBlock.Count <= epoch)
            {
                int last = _firstBlock.Count - 1;
                _firstBlock.Add(_firstBlock[last] + CountBlocks(last));
            }

            return _firstBlock[(int)epoch];
        }
    }

    private long CountBlocks(long epoch) =>
        EpochPlan.CountBlocks(_training, _options.BlockSize, _options.Seed, epoch, _options.ResampleByStars);

    private int FillHeldOut(long block, Span<int> tokens)
    {
        long start = block * _options.BlockSize;
        int filled = 0;
        foreach (TokenShard shard in _validation.Shards)
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
            if (token >= _options.VocabularySize)
            {
                string shard = (part == "training" ? _training : _validation).Shards[0].Path;
                throw new TokenShardException(
                    Path.GetDirectoryName(shard) ?? shard,
                    $"token {token} in the {part} shards is not in the vocabulary of {_options.VocabularySize}");
            }
        }

        tokens.CopyTo(labels);
        labels[filled..].Fill(ITrainingData.IgnoredLabel);
    }

    private void RequireShape(int tokens, int labels)
    {
        int expected = _options.BatchSize * _options.BlockSize;
        if (tokens != expected || labels != expected)
        {
            throw new ArgumentException($"{tokens} tokens and {labels} labels; a batch has {_options.BatchSize} × {_options.BlockSize}.");
        }
    }

    private string ComputeFingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // The division of a step into micro-batches is left out: it does not change the tokens of a step.
        long blocksPerStep = (long)_options.BatchSize * _options.MicroBatches;
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"packed 1; {_options.BlockSize}; {blocksPerStep}; {_options.Seed}; {_options.ResampleByStars}; "
            + $"{_options.FillerToken}; {_training.Shards.Count}")));
        foreach (TokenShard shard in _training.Shards)
        {
            shard.AppendTo(hash);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
