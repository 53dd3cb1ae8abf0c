using DataForge.Pretrain.Data;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Tests.Data;

public sealed class PackedTrainingDataTests : IDisposable
{
    private const int Block = 16;

    private readonly ShardFolder _shards = new();

    public PackedTrainingDataTests()
    {
        Random random = new(8);
        _shards.Add(random.GetItems<int>(Enumerable.Range(0, 40).ToArray(), 150));
        _shards.Add([]);
        _shards.Add(random.GetItems<int>(Enumerable.Range(0, 90).ToArray(), 101), stars: document => document * document);
    }

    public void Dispose() => _shards.Dispose();

    [Fact]
    public void FillBatch_plainEpochs_seeEveryDocumentOnceEach()
    {
        using PackedTrainingData data = Open(batch: 1, microBatches: 1);
        long blocks = data.BlocksIn(0);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            int[] seen = new int[_shards.Lengths.Count + 1];
            int counted = 0;
            for (long block = 0; block < blocks; block++)
            {
                (int[] tokens, int[] labels) = Batch(data, (epoch * blocks) + block, 0, rows: 1);
                for (int i = 0; i < Block; i++)
                {
                    if (labels[i] != ITrainingData.IgnoredLabel)
                    {
                        Assert.Equal(tokens[i], labels[i]);
                        seen[tokens[i]]++;
                        counted++;
                    }
                }
            }

            Assert.Equal(data.TrainingTokens, counted);
            Assert.Equal(2 * _shards.Lengths.Count, seen[0]);   // bos and eos
            Assert.Equal(_shards.Lengths, seen.Skip(1));
        }
    }

    [Fact]
    public void FillBatch_blocksInStreamOrder_areWholeDocumentsEndToEnd()
    {
        // Put back in the order of the epoch's stream, the blocks are bos document eos, one document after another.
        using DocumentSet documents = new(_shards.Paths);
        EpochPlan plan = new(documents, Block, seed: 1, epoch: 4, resample: false);
        KeyedPermutation blocks = new(plan.BlockCount, SeededHash.Of(SeededHash.Of(1, 4ul), 2ul));
        int[] stream = new int[plan.BlockCount * Block];
        for (long n = 0; n < plan.BlockCount; n++)
        {
            plan.Fill(n, stream.AsSpan((int)blocks[n] * Block, Block), filler: 7777);
        }

        int at = 0;
        HashSet<int> seen = [];
        while (at < stream.Length && stream[at] != 7777)
        {
            Assert.Equal(0, stream[at]);
            int document = stream[at + 1] - 1;
            int length = document < 0 ? 0 : _shards.Lengths[document];
            Assert.All(stream.AsSpan(at + 1, length).ToArray(), token => Assert.Equal(document + 1, token));
            Assert.Equal(0, stream[at + length + 1]);
            Assert.True(document < 0 || seen.Add(document));
            at += length + 2;
        }

        Assert.Equal(documents.Tokens, at);
        Assert.True(stream.Length - at < Block);
    }

    [Fact]
    public void FillBatch_anyNumberOfProcessesAndAnyResume_seeTheSame()
    {
        // 12 rows a step as 1 × 12, 3 × 4 and 12 × 1; the second asked backwards, as no run would; all over three epochs.
        using PackedTrainingData whole = Open(12, 1), parts = Open(4, 3), rows = Open(1, 12);
        long steps = (3 * whole.BlocksIn(0) / 12) + 1;
        List<int[]> expected = [.. Enumerable.Range(0, (int)steps).Select(step => Batch(whole, step, 0, 12).Tokens)];
        for (int step = (int)steps - 1; step >= 0; step--)
        {
            Assert.Equal(expected[step], Enumerable.Range(0, 3).Reverse().Select(micro => Batch(parts, step, micro, 4).Tokens).Reverse().SelectMany(x => x));
        }

        for (int step = 0; step < steps; step++)
        {
            Assert.Equal(expected[step], Enumerable.Range(0, 12).SelectMany(micro => Batch(rows, step, micro, 1).Tokens));
        }

        Assert.Equal(whole.Fingerprint, parts.Fingerprint);
        Assert.Equal(whole.Fingerprint, rows.Fingerprint);
    }

    [Fact]
    public void FillBatch_epochsAndSeeds_haveTheirOwnOrder()
    {
        using PackedTrainingData data = Open(1, 1), other = Open(1, 1, seed: 2);
        long blocks = data.BlocksIn(0);
        string[] first = Order(data, 0), second = Order(data, blocks), seeded = Order(other, 0);
        // Blocks within one long document look alike, so some places agree by chance.
        Assert.True(first.Zip(second).Count(pair => pair.First == pair.Second) < first.Length / 20);
        Assert.True(first.Zip(seeded).Count(pair => pair.First == pair.Second) < first.Length / 20);
        Assert.NotEqual(data.Fingerprint, other.Fingerprint);

        string[] Order(PackedTrainingData source, long start) =>
            [.. Enumerable.Range(0, (int)blocks).Select(i => string.Join(' ', Batch(source, start + i, 0, 1).Tokens))];
    }

    [Fact]
    public void FillBatch_resampled_givesEachDocumentItsWeight()
    {
        using PackedTrainingData data = Open(1, 1, resample: true);
        const int Epochs = 40;
        int[] seen = new int[_shards.Lengths.Count + 1];
        long block = 0;
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            for (long end = block + data.BlocksIn(epoch); block < end; block++)
            {
                foreach (int token in Batch(data, block, 0, 1).Tokens)
                {
                    seen[token]++;
                }
            }
        }

        for (int document = 0; document < _shards.Lengths.Count; document++)
        {
            int stars = document < 150 ? 0 : document * document;
            double weight = 1 + (Math.Min(Math.Log10(stars + 1), 5) / 5);
            double times = _shards.Lengths[document] == 0 ? weight * Epochs : seen[document + 1] / (double)_shards.Lengths[document];
            Assert.InRange(times, (weight * Epochs) - 1.1, (weight * Epochs) + 1.1);
        }
    }

    [Fact]
    public void FillValidation_allBlocks_areTheShardsInOrder()
    {
        using PackedTrainingData data = Open(3, 1);
        List<int> read = [], expected = [];
        int rows = 0;
        for (int batch = 0; batch < data.ValidationBatches; batch++)
        {
            int[] tokens = new int[3 * Block], labels = new int[3 * Block];
            data.FillValidation(batch, tokens, labels);
            read.AddRange(labels.Where(label => label != ITrainingData.IgnoredLabel));
            rows += 3;
        }

        foreach (string path in _shards.Paths)
        {
            using TokenShard shard = new(path);
            expected.AddRange(shard.AllTokens.ToArray().Select(token => (int)token));
        }

        Assert.Equal(expected, read);
        Assert.InRange(rows, (expected.Count + Block - 1) / Block, ((expected.Count + Block - 1) / Block) + 2);
    }

    [Fact]
    public void FillValidation_limited_takesBlocksAtEvenDistances()
    {
        using PackedTrainingData data = new(_shards.Paths, _shards.Paths, Options(2, 1) with { MaxValidationBlocks = 5 });
        Assert.Equal(3, data.ValidationBatches);
        int[] tokens = new int[2 * Block], labels = new int[2 * Block];
        data.FillValidation(2, tokens, labels);
        Assert.All(labels[Block..], label => Assert.Equal(ITrainingData.IgnoredLabel, label));
        Assert.Contains(labels[..Block], label => label != ITrainingData.IgnoredLabel);
    }

    [Fact]
    public void FillBatch_tokenBeyondTheVocabulary_isTold()
    {
        using PackedTrainingData data = new(_shards.Paths, [], Options(64, 1) with { VocabularySize = 20 });
        Assert.Equal(0, data.ValidationBatches);
        Assert.Contains("not in the vocabulary of 20", Assert.Throws<TokenShardException>(() => Batch(data, 0, 0, 64)).Message);
    }

    [Fact]
    public void FillBatch_warm_allocatesNothing()
    {
        using PackedTrainingData data = Open(4, 1);
        int[] tokens = new int[4 * Block], labels = new int[4 * Block];
        data.FillBatch(0, 0, tokens, labels);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 1; step < 50; step++)
        {
            data.FillBatch(step, 0, tokens, labels);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Constructor_noDocuments_saysWhatToDo()
    {
        using ShardFolder empty = new();
        empty.Add([]);
        Assert.Contains("no document to train on", Assert.Throws<ArgumentException>(() => new PackedTrainingData(empty.Paths, [], Options(1, 1))).Message);
    }

    [Fact]
    public void Fingerprint_oneTokenChanged_differs()
    {
        using PackedTrainingData data = Open(1, 1);
        string before = data.Fingerprint;
        byte[] bytes = File.ReadAllBytes(_shards.Paths[0]);
        bytes[1024 + 2] ^= 1;
        string changed = Path.Combine(_shards.Folder, "changed.bin");
        File.WriteAllBytes(changed, bytes);
        File.Copy(TokenShardFormat.IndexPath(_shards.Paths[0]), TokenShardFormat.IndexPath(changed));
        using PackedTrainingData other = new([changed, .. _shards.Paths.Skip(1)], _shards.Paths, Options(1, 1));
        Assert.NotEqual(before, other.Fingerprint);
    }

    private static PackedDataOptions Options(int batch, int microBatches) => new()
    {
        BlockSize = Block, BatchSize = batch, MicroBatches = microBatches, Seed = 1, VocabularySize = 1000, FillerToken = 0,
    };

    private PackedTrainingData Open(int batch, int microBatches, ulong seed = 1, bool resample = false) =>
        new(_shards.Paths, _shards.Paths, Options(batch, microBatches) with { Seed = seed, ResampleByStars = resample });

    private static (int[] Tokens, int[] Labels) Batch(PackedTrainingData data, long step, int microBatch, int rows)
    {
        int[] tokens = new int[rows * Block], labels = new int[rows * Block];
        data.FillBatch(step, microBatch, tokens, labels);
        return (tokens, labels);
    }
}
