using System.Text;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Tests.Tokenizer;

public class BpeTrainerTests
{
    [Fact]
    public void Train_smallCorpus_mergesTheMostFrequentPairFirst()
    {
        // "ab" stands 5 times, "bc" 3 times, "xy" 3 times: of the equal ones the smaller ids come first.
        BpeVocabulary vocabulary = Train(300, "abc abc abc ab ab xy xy xy");
        Assert.Equal("ab", Result(vocabulary, 0));
        string[] names = [.. Enumerable.Range(0, vocabulary.Merges.Count).Select(rank => Result(vocabulary, rank))];
        Assert.Equal(["ab", " ab", "xy", " xy", " abc"], names);
        Assert.Equal(SpecialTokens.All.Count + 256 + names.Length, vocabulary.Count);
    }

    [Fact]
    public void Train_againstRecountingEveryTime_givesTheSameMerges()
    {
        Random random = new(3);
        for (int round = 0; round < 30; round++)
        {
            StringBuilder text = new();
            for (int word = 0; word < 200; word++)
            {
                text.Append(' ').Append(random.GetItems<char>("aaabbc", random.Next(1, 12)));
            }

            PreTokenCounter counter = new(PreTokenization.Code);
            counter.Count(Encoding.UTF8.GetBytes(text.ToString()));
            BpeVocabulary vocabulary = BpeTrainer.Train(counter, new BpeTrainerOptions { VocabularySize = 330 });
            Assert.Equal(PlainTrainer.Merges(counter, vocabulary), vocabulary.Merges);
        }
    }

    [Fact]
    public void Train_workersAndOrder_doNotShow()
    {
        byte[][] files = [.. PythonFiles.Read(120)];
        Assert.SkipWhen(files.Length == 0, "no Python files on this machine");
        PreTokenCounter alone = new(PreTokenization.Gpt2);
        foreach (byte[] file in files)
        {
            alone.Count(file);
        }

        PreTokenCounter[] two = [new(PreTokenization.Gpt2), new(PreTokenization.Gpt2)];
        Parallel.For(0, 2, worker =>
        {
            for (int i = files.Length - 1 - worker; i >= 0; i -= 2)
            {
                two[worker].Count(files[i]);
            }
        });
        two[1].Merge(two[0]);
        Assert.Equal(Files(alone), Files(two[1]));
        Assert.Equal(alone.Bytes, two[1].Bytes);
        Assert.Equal(alone.Documents, two[1].Documents);

        static string[] Files(PreTokenCounter counter) =>
            [.. TokenizerFiles.Build(BpeTrainer.Train(counter, new BpeTrainerOptions { VocabularySize = 3000 }), 1024)
                .Select(file => file.Name + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(file.Bytes)))];
    }

    [Fact]
    public void Train_nothingToMerge_givesTheBytes()
    {
        BpeVocabulary vocabulary = BpeTrainer.Train(new PreTokenCounter(PreTokenization.Gpt2), new BpeTrainerOptions());
        Assert.Equal(SpecialTokens.All.Count + 256, vocabulary.Count);
        Assert.Equal(0, vocabulary.EndOfText);
    }

    [Theory]
    [InlineData(100, 2)]
    [InlineData(70_000, 2)]
    [InlineData(32_000, 0)]
    public void Train_optionOutOfRange_saysSo(int size, long least)
    {
        BpeTrainerOptions options = new() { VocabularySize = size, MinPairCount = least };
        Assert.Throws<ArgumentException>(() => BpeTrainer.Train(new PreTokenCounter(PreTokenization.Gpt2), options));
    }

    [Fact]
    public void Train_cancelled_ends()
    {
        PreTokenCounter counter = new(PreTokenization.Gpt2);
        counter.Count("abcabcabc"u8);
        Assert.ThrowsAny<OperationCanceledException>(() => BpeTrainer.Train(counter, new(), cancellation: new CancellationToken(true)));
    }

    [Fact]
    public void Count_longPreToken_isPassedOverAndTold()
    {
        PreTokenCounter counter = new(PreTokenization.Code);
        counter.Count(Encoding.UTF8.GetBytes(new string('a', PreTokenCounter.MaxPreTokenLength + 1) + "\n" + new string('=', PreTokenCounter.MaxPreTokenLength)));
        Assert.Equal((1, 2), (counter.LongPreTokens, counter.Distinct));
    }

    private static BpeVocabulary Train(int size, string text)
    {
        PreTokenCounter counter = new(PreTokenization.Gpt2);
        counter.Count(Encoding.UTF8.GetBytes(text));
        return BpeTrainer.Train(counter, new BpeTrainerOptions { VocabularySize = size });
    }

    private static string Result(BpeVocabulary vocabulary, int rank) => Encoding.UTF8.GetString(vocabulary.BytesOf(vocabulary.Merges[rank].Result));

    /// <summary>The definition, word for word: count all pairs anew before each merge.</summary>
    private static class PlainTrainer
    {
        public static List<BpeMerge> Merges(PreTokenCounter counter, BpeVocabulary trained)
        {
            List<(List<ushort> Symbols, long Count)> words = [];
            for (int i = 0; i < counter.Distinct; i++)
            {
                words.Add(([.. counter.PreToken(i).ToArray().Select(trained.IdOfByte)], counter.CountOf(i)));
            }

            Dictionary<string, ushort> ids = [];
            for (int id = 0; id < trained.Count; id++)
            {
                ids.TryAdd(Convert.ToHexString(trained.BytesOf(id)), (ushort)id);
            }

            List<BpeMerge> merges = [];
            while (true)
            {
                Dictionary<(ushort, ushort), long> counts = [];
                foreach ((List<ushort> symbols, long count) in words)
                {
                    for (int i = 0; i + 1 < symbols.Count; i++)
                    {
                        counts[(symbols[i], symbols[i + 1])] = counts.GetValueOrDefault((symbols[i], symbols[i + 1])) + count;
                    }
                }

                if (counts.Count == 0 || merges.Count == trained.Merges.Count)
                {
                    return merges;
                }

                ((ushort left, ushort right), long most) = counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).First();
                if (most < 2)
                {
                    return merges;
                }

                ushort result = ids[Convert.ToHexString([.. trained.BytesOf(left), .. trained.BytesOf(right)])];
                if (!merges.Any(merge => merge.Left == left && merge.Right == right))
                {
                    merges.Add(new BpeMerge(left, right, result));
                }

                foreach ((List<ushort> symbols, _) in words)
                {
                    for (int i = 0; i + 1 < symbols.Count; i++)
                    {
                        if (symbols[i] == left && symbols[i + 1] == right)
                        {
                            symbols[i] = result;
                            symbols.RemoveAt(i + 1);
                        }
                    }
                }
            }
        }
    }
}
