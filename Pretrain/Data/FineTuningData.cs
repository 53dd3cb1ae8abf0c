using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Data;

/// <summary>How problems are arranged in batches.</summary>
/// <param name="BlockSize">Tokens of a row.</param>
/// <param name="BatchSize">Rows of a micro-batch.</param>
/// <param name="MicroBatches">Micro-batches of a step, over all processes.</param>
/// <param name="Seed">Seed of the order.</param>
public sealed record FineTuningOptions(int BlockSize, int BatchSize, int MicroBatches, ulong Seed);

/// <summary>
/// Prompts with their answers, with the loss only on the answers: each prompt and answer is encoded separately, and an end-of-text token
/// ends the answer. Examples are packed into rows and never split (one longer than a row is truncated, as in APPS's own training). A row
/// begins with that token too, so that each prompt follows it, as it does when the model is asked. The order is new in each epoch and a
/// function of the seed, so the batch of step N depends only on the seed and N.
/// </summary>
/// <remarks>Memory: two bytes per token of all examples, and four bytes per example for the rows of the current epoch.</remarks>
public sealed class FineTuningData : ITrainingData
{
    private const int HeldOutOf = 20;          // one problem in twenty is held out for validation (5 %)
    private const int RowStart = 1;            // the token that a row begins with
    private const int MinProblemsToSplit = 40; // of fewer problems all are trained on: one or two say nothing about the rest

    private readonly FineTuningOptions _options;
    private readonly ushort _filler;
    private readonly ExampleList _training = new(), _validation = new();
    private readonly List<long> _firstRow = [0];
    private readonly int[] _validationRows;
    private long _currentEpoch = -1;
    private KeyedPermutation _order;
    private int[] _rows = []; // the first example of each row of the current epoch, as a position in the order

    /// <summary>Encodes the problems.</summary>
    /// <exception cref="InvalidDataException">No answer fits after its prompt.</exception>
    public FineTuningData(IReadOnlyList<AppsProblem> problems, BpeVocabulary vocabulary, FineTuningOptions options)
    {
        _options = options;
        _filler = vocabulary.EndOfText;
        var encoder = new BpeEncoder(vocabulary);
        bool holdOut = problems.Count >= MinProblemsToSplit;
        for (int i = 0; i < problems.Count; i++)
        {
            ExampleList examples = holdOut && i % HeldOutOf == HeldOutOf - 1 ? _validation : _training;
            examples.Add(problems[i], encoder, _filler, options.BlockSize - RowStart);
        }

        if (_training.Count == 0)
        {
            throw new InvalidDataException(
                $"none of the {problems.Count} problems has an answer that begins within {options.BlockSize} tokens; "
                + "choose a larger BlockSize");
        }

        _validationRows = Pack(_validation, new KeyedPermutation(Math.Max(1, _validation.Count), 0));
        Fingerprint = ComputeFingerprint(problems);
    }

    /// <summary>Examples that are trained on.</summary>
    public int Examples => _training.Count;

    /// <summary>Examples left out because their prompt alone fills a row.</summary>
    public int TooLong => _training.TooLong + _validation.TooLong;

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public int ValidationBatches => (_validationRows.Length + _options.BatchSize - 1) / _options.BatchSize;

    /// <inheritdoc/>
    public void FillBatch(long step, int microBatch, Span<int> tokens, Span<int> labels)
    {
        long row = ((step * _options.MicroBatches) + microBatch) * _options.BatchSize;
        for (int i = 0; i < _options.BatchSize; i++, row++)
        {
            int inEpoch = SelectEpochOf(row);
            FillRow(_training, _order, _rows, inEpoch, Row(tokens, i), Row(labels, i));
        }
    }

    /// <inheritdoc/>
    public void FillValidation(int index, Span<int> tokens, Span<int> labels)
    {
        var inOrder = new KeyedPermutation(Math.Max(1, _validation.Count), 0);
        for (int i = 0; i < _options.BatchSize; i++)
        {
            int row = (index * _options.BatchSize) + i;
            if (row < _validationRows.Length)
            {
                FillRow(_validation, inOrder, _validationRows, row, Row(tokens, i), Row(labels, i));
            }
            else
            {
                Row(tokens, i).Fill(_filler);
                Row(labels, i).Fill(ITrainingData.IgnoredLabel);
            }
        }
    }

    private Span<int> Row(Span<int> batch, int row) => batch.Slice(row * _options.BlockSize, _options.BlockSize);

    /// <summary>Makes the epoch of a row the current one; returns the row's position in it.</summary>
    private int SelectEpochOf(long row)
    {
        int epoch = _firstRow.Count - 2;
        while (_firstRow[^1] <= row || epoch < 0)
        {
            epoch = _firstRow.Count - 1;
            _firstRow.Add(_firstRow[^1] + Pack(_training, Order(epoch)).Length);
        }

        while (_firstRow[epoch] > row)
        {
            epoch--;
        }

        if (_currentEpoch != epoch)
        {
            _order = Order(epoch);
            _rows = Pack(_training, _order);
            _currentEpoch = epoch;
        }

        return (int)(row - _firstRow[epoch]);
    }

    private KeyedPermutation Order(long epoch) => new(_training.Count, SeededHash.Of(_options.Seed, (ulong)epoch));

    private int[] Pack(ExampleList examples, KeyedPermutation permutation)
    {
        List<int> starts = [];
        int room = 0;
        for (int i = 0; i < examples.Count; i++)
        {
            int length = examples.Length((int)permutation[i]);
            if (length > room)
            {
                starts.Add(i);
                room = _options.BlockSize - RowStart;
            }

            room -= length;
        }

        return [.. starts];
    }

    private void FillRow(ExampleList examples, KeyedPermutation permutation, int[] starts, int row, Span<int> tokens, Span<int> labels)
    {
        int end = row + 1 < starts.Length ? starts[row + 1] : examples.Count, filled = RowStart;
        tokens[0] = _filler;
        labels[0] = ITrainingData.IgnoredLabel;
        for (int i = starts[row]; i < end; i++)
        {
            filled += examples.CopyTo((int)permutation[i], tokens[filled..], labels[filled..]);
        }

        tokens[filled..].Fill(_filler);
        labels[filled..].Fill(ITrainingData.IgnoredLabel);
    }

    private string ComputeFingerprint(IReadOnlyList<AppsProblem> problems)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long rowsPerStep = (long)_options.BatchSize * _options.MicroBatches;
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"problems 2; {problems.Count}; {_options.BlockSize}; {rowsPerStep}; {_options.Seed}; {_filler}")));
        _training.AppendTo(hash);
        _validation.AppendTo(hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Encoded examples, concatenated.</summary>
    private sealed class ExampleList
    {
        private readonly ArrayBufferWriter<ushort> _tokens = new();
        private readonly List<(int Start, int Prompt, int End)> _examples = [];

        /// <summary>Number of examples.</summary>
        internal int Count => _examples.Count;

        /// <summary>Examples left out because their prompt alone fills a row.</summary>
        internal int TooLong { get; private set; }

        /// <summary>Tokens of an example, prompt included.</summary>
        internal int Length(int example) => _examples[example].End - _examples[example].Start;

        /// <summary>Adds one example per answer.</summary>
        internal void Add(AppsProblem problem, BpeEncoder encoder, ushort endOfText, int room)
        {
            byte[] prompt = Encoding.UTF8.GetBytes(problem.Prompt);
            foreach (string answer in problem.Answers)
            {
                int start = _tokens.WrittenCount;
                encoder.Encode(prompt, _tokens);
                int asked = _tokens.WrittenCount;
                encoder.Encode(Encoding.UTF8.GetBytes(answer), _tokens);
                _tokens.Write([endOfText]);
                if (asked - start >= room)
                {
                    TooLong++;
                }
                else
                {
                    _examples.Add((start, asked, Math.Min(_tokens.WrittenCount, start + room)));
                }
            }
        }

        /// <summary>Writes an example's tokens and labels; returns their number.</summary>
        internal int CopyTo(int example, Span<int> into, Span<int> labels)
        {
            (int start, int prompt, int end) = _examples[example];
            TokenCopy.Widen(_tokens.WrittenSpan[start..end], into);
            labels[..(prompt - start)].Fill(ITrainingData.IgnoredLabel);
            into[(prompt - start)..(end - start)].CopyTo(labels[(prompt - start)..]);
            return end - start;
        }

        /// <summary>Adds all examples to a hash.</summary>
        internal void AppendTo(IncrementalHash hash)
        {
            hash.AppendData(MemoryMarshal.AsBytes(_tokens.WrittenSpan));
            hash.AppendData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_examples)));
        }
    }
}
