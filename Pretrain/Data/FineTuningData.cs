using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Data;

/// <summary>How problems become batches.</summary>
/// <param name="BlockSize">Tokens of a row.</param>
/// <param name="BatchSize">Rows of a micro-batch.</param>
/// <param name="MicroBatches">Micro-batches of a step, over all processes.</param>
/// <param name="Seed">Chooses the order.</param>
public sealed record FineTuningOptions(int BlockSize, int BatchSize, int MicroBatches, ulong Seed);

/// <summary>
/// Prompts with their answers, the loss on the answers alone: each prompt and answer is encoded by itself, and an end-of-text closes the
/// answer. Examples are laid one after another into rows, never cut in two (one longer than a row loses its end, as in APPS's own
/// training). The order is new each epoch and a function of the seed, so step N's batch depends on the seed and N alone.
/// </summary>
/// <remarks>Memory: two bytes a token of all examples, and four bytes an example for the present epoch's rows.</remarks>
public sealed class FineTuningData : ITrainingData
{
    private const int HeldOutOf = 20;        // one problem of twenty validates
    private const int FewestToHoldOut = 40;  // fewer are all trained on

    private readonly FineTuningOptions options;
    private readonly ushort filler;
    private readonly ExampleList training = new(), validation = new();
    private readonly List<long> firstRow = [0];
    private readonly int[] validationRows;
    private long planned = -1;
    private KeyedPermutation order;
    private int[] rows = [];                 // each row's first example, as a place in the order

    /// <summary>Encodes the problems.</summary>
    /// <exception cref="InvalidDataException">No answer has room behind its prompt.</exception>
    public FineTuningData(IReadOnlyList<AppsProblem> problems, BpeVocabulary vocabulary, FineTuningOptions options)
    {
        this.options = options;
        filler = vocabulary.EndOfText;
        var encoder = new BpeEncoder(vocabulary);
        bool holdOut = problems.Count >= FewestToHoldOut;
        for (int i = 0; i < problems.Count; i++)
        {
            (holdOut && i % HeldOutOf == HeldOutOf - 1 ? validation : training).Add(problems[i], encoder, filler, options.BlockSize);
        }

        if (training.Count == 0)
        {
            throw new InvalidDataException(
                $"none of the {problems.Count} problems has an answer that begins within {options.BlockSize} tokens; choose a larger BlockSize");
        }

        validationRows = Pack(validation, new KeyedPermutation(Math.Max(1, validation.Count), 0));
        Fingerprint = ComputeFingerprint(problems);
    }

    /// <summary>Examples that are trained on.</summary>
    public int Examples => training.Count;

    /// <summary>Examples left out because their prompt alone fills a row.</summary>
    public int TooLong => training.TooLong + validation.TooLong;

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public int ValidationBatches => (validationRows.Length + options.BatchSize - 1) / options.BatchSize;

    /// <inheritdoc/>
    public void FillBatch(long step, int microBatch, Span<int> tokens, Span<int> labels)
    {
        long row = ((step * options.MicroBatches) + microBatch) * options.BatchSize;
        for (int i = 0; i < options.BatchSize; i++, row++)
        {
            int inEpoch = Plan(row);
            FillRow(training, order, rows, inEpoch, Row(tokens, i), Row(labels, i));
        }
    }

    /// <inheritdoc/>
    public void FillValidation(int index, Span<int> tokens, Span<int> labels)
    {
        var inOrder = new KeyedPermutation(Math.Max(1, validation.Count), 0);
        for (int i = 0; i < options.BatchSize; i++)
        {
            int row = (index * options.BatchSize) + i;
            if (row < validationRows.Length)
            {
                FillRow(validation, inOrder, validationRows, row, Row(tokens, i), Row(labels, i));
            }
            else
            {
                Row(tokens, i).Fill(filler);
                Row(labels, i).Fill(ITrainingData.IgnoredLabel);
            }
        }
    }

    private Span<int> Row(Span<int> batch, int row) => batch.Slice(row * options.BlockSize, options.BlockSize);

    /// <summary>Makes the epoch of a row the present one; gives the row's place in it.</summary>
    private int Plan(long row)
    {
        int epoch = firstRow.Count - 2;
        while (firstRow[^1] <= row || epoch < 0)
        {
            epoch = firstRow.Count - 1;
            firstRow.Add(firstRow[^1] + Pack(training, Order(epoch)).Length);
        }

        while (firstRow[epoch] > row)
        {
            epoch--;
        }

        if (planned != epoch)
        {
            order = Order(epoch);
            rows = Pack(training, order);
            planned = epoch;
        }

        return (int)(row - firstRow[epoch]);
    }

    private KeyedPermutation Order(long epoch) => new(training.Count, SeededHash.Of(options.Seed, (ulong)epoch));

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
                room = options.BlockSize;
            }

            room -= length;
        }

        return [.. starts];
    }

    private void FillRow(ExampleList examples, KeyedPermutation permutation, int[] starts, int row, Span<int> tokens, Span<int> labels)
    {
        int end = row + 1 < starts.Length ? starts[row + 1] : examples.Count, filled = 0;
        for (int i = starts[row]; i < end; i++)
        {
            filled += examples.CopyTo((int)permutation[i], tokens[filled..], labels[filled..]);
        }

        tokens[filled..].Fill(filler);
        labels[filled..].Fill(ITrainingData.IgnoredLabel);
    }

    private string ComputeFingerprint(IReadOnlyList<AppsProblem> problems)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"problems 1; {problems.Count}; {options.BlockSize}; {(long)options.BatchSize * options.MicroBatches}; {options.Seed}; {filler}")));
        training.AppendTo(hash);
        validation.AppendTo(hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Encoded examples, end to end.</summary>
    private sealed class ExampleList
    {
        private readonly ArrayBufferWriter<ushort> tokens = new();
        private readonly List<(int Start, int Prompt, int End)> examples = [];

        internal int Count => examples.Count;

        internal int TooLong { get; private set; }

        internal int Length(int example) => examples[example].End - examples[example].Start;

        internal void Add(AppsProblem problem, BpeEncoder encoder, ushort endOfText, int blockSize)
        {
            byte[] prompt = Encoding.UTF8.GetBytes(problem.Prompt);
            foreach (string answer in problem.Answers)
            {
                int start = tokens.WrittenCount;
                encoder.Encode(prompt, tokens);
                int asked = tokens.WrittenCount;
                encoder.Encode(Encoding.UTF8.GetBytes(answer), tokens);
                tokens.Write([endOfText]);
                if (asked - start >= blockSize)
                {
                    TooLong++;
                }
                else
                {
                    examples.Add((start, asked, Math.Min(tokens.WrittenCount, start + blockSize)));
                }
            }
        }

        internal int CopyTo(int example, Span<int> into, Span<int> labels)
        {
            (int start, int prompt, int end) = examples[example];
            TokenCopy.Widen(tokens.WrittenSpan[start..end], into);
            labels[..(prompt - start)].Fill(ITrainingData.IgnoredLabel);
            into[(prompt - start)..(end - start)].CopyTo(labels[(prompt - start)..]);
            return end - start;
        }

        internal void AppendTo(IncrementalHash hash)
        {
            hash.AppendData(MemoryMarshal.AsBytes(tokens.WrittenSpan));
            hash.AppendData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(examples)));
        }
    }
}
