using System.Buffers;
using System.Text;
using DataForge.Pretrain.Tokenizer;
using FsCheck;
using FsCheck.Fluent;

namespace DataForge.Pretrain.Tests.Tokenizer;

public class BpeEncoderTests
{
    [Theory]
    [InlineData(PreTokenization.Gpt2)]
    [InlineData(PreTokenization.Code)]
    public void Encode_anyBytes_decodesToThem(PreTokenization form)
    {
        BpeEncoder encoder = new(TrainedTokenizers.Get(form));
        ArrayBufferWriter<ushort> ids = new();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000).WithEndSize(400), Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            ids.ResetWrittenCount();
            encoder.Encode(bytes, ids);
            return encoder.Vocabulary.Decode(ids.WrittenSpan).AsSpan().SequenceEqual(bytes);
        }));
    }

    [Fact]
    public void Encode_specialNameInADocument_isOrdinaryText()
    {
        BpeVocabulary vocabulary = TrainedTokenizers.Get(PreTokenization.Gpt2);
        byte[] text = Encoding.UTF8.GetBytes("x = '" + string.Join(' ', SpecialTokens.All) + "'");
        ushort[] ids = new ushort[text.Length];
        int count = new BpeEncoder(vocabulary).Encode(text, ids);
        Assert.DoesNotContain(ids.Take(count), id => vocabulary.IsSpecial(id));
        Assert.Equal(text, vocabulary.Decode(ids.AsSpan(0, count)));
    }

    [Fact]
    public void EncodePrompt_specialName_isItsToken()
    {
        BpeVocabulary vocabulary = TrainedTokenizers.Get(PreTokenization.Code);
        ArrayBufferWriter<ushort> ids = new();
        new BpeEncoder(vocabulary).EncodePrompt("<fim_prefix>a<fim_suffix>b<fim_middle>"u8, ids);
        string[] specials = [.. ids.WrittenSpan.ToArray().Where(id => vocabulary.IsSpecial(id)).Select(id => Encoding.UTF8.GetString(vocabulary.BytesOf(id)))];
        Assert.Equal(["<fim_prefix>", "<fim_suffix>", "<fim_middle>"], specials);
        Assert.Equal("ab", Encoding.UTF8.GetString(vocabulary.Decode(ids.WrittenSpan, skipSpecial: true)));
    }

    [Fact]
    public void Merge_longAndShortWay_agree()
    {
        BpeVocabulary vocabulary = TrainedTokenizers.Get(PreTokenization.Code);
        MergeRanks ranks = new(vocabulary.Merges);
        BpeMerger merger = new(ranks);
        Random random = new(17);
        for (int round = 0; round < 300; round++)
        {
            // The whole is merged with a heap; the reference looks at every pair each time.
            ushort[] symbols = [.. random.GetItems<char>("selfrtn in__de", random.Next(65, 400)).Select(c => vocabulary.IdOfByte((byte)c))];
            List<ushort> plain = [.. symbols];
            while (true)
            {
                (int rank, int at) best = Enumerable.Range(0, plain.Count - 1).Select(i => (ranks.Rank(plain[i], plain[i + 1]), i)).Min();
                if (best.rank == MergeRanks.None)
                {
                    break;
                }

                plain[best.at] = ranks.Result(best.rank);
                plain.RemoveAt(best.at + 1);
            }

            int kept = merger.Merge(symbols);
            Assert.Equal(plain, symbols.Take(kept));
        }
    }

    [Fact]
    public void Encode_megabyteWithoutACut_takesNoLongTime()
    {
        BpeEncoder encoder = new(TrainedTokenizers.Get(PreTokenization.Gpt2));
        byte[] text = new byte[1 << 20];
        Random random = new(1);
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = (byte)('a' + random.Next(26));
        }

        ushort[] ids = new ushort[text.Length];
        System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
        int count = encoder.Encode(text, ids);
        Assert.True(clock.Elapsed.TotalSeconds < 20, $"{clock.Elapsed.TotalSeconds:F1} s");
        Assert.Equal(text, encoder.Vocabulary.Decode(ids.AsSpan(0, count)));
    }

    [Fact]
    public void Encode_moreThanTheCacheHolds_staysRight()
    {
        BpeEncoder encoder = new(TrainedTokenizers.Get(PreTokenization.Gpt2));
        StringBuilder text = new();
        for (int i = 0; i < 600_000; i++)
        {
            text.Append(' ').Append((char)('a' + (i % 26))).Append((char)('a' + (i / 26 % 26))).Append((char)('a' + (i / 676 % 26)))
                .Append((char)('a' + (i / 17_576 % 26))).Append((char)('a' + (i / 456_976)));
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        ushort[] ids = new ushort[bytes.Length];
        Assert.Equal(bytes, encoder.Vocabulary.Decode(ids.AsSpan(0, encoder.Encode(bytes, ids))));
    }

    [Fact]
    public void Encode_bufferTooShort_throws() =>
        Assert.Throws<ArgumentException>(() => new BpeEncoder(TrainedTokenizers.Get(PreTokenization.Gpt2)).Encode("abc"u8, new ushort[2]));
}
