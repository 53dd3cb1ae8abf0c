using System.Buffers;
using System.Text;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Tests.Tokenizer;
using DataForge.Pretrain.Tokenizer;
using FsCheck;
using FsCheck.Fluent;

namespace DataForge.Pretrain.Tests.Data;

public class DocumentEncoderTests
{
    [Theory]
    [InlineData(PreTokenization.Gpt2)]
    [InlineData(PreTokenization.Code)]
    public void Encode_anyDocumentInAnyForm_decodesBack(PreTokenization form)
    {
        // 2 × 50,000 cases: fragments of Python and any Unicode, the marks' own names among them.
        BpeEncoder encoder = new(TrainedTokenizers.Get(form));
        DocumentEncoder documents = new(encoder, new DocumentObjective { FimRate = 0.5, InfillRate = 0.4, MaxSpans = SpecialTokens.MaskCount, Seed = 9 });
        ArrayBufferWriter<ushort> tokens = new();
        int[] forms = new int[4];
        int number = 0;
        Gen<string> piece = Gen.OneOf(
            Gen.Elements("def f(x):\n    return x\n", "<mask_1>", "<|endoftext|>", "<fim_prefix>", "  ", "\n\n", "größer", "数据", "🐍", "x1 = 'it''s'", "\t"),
            ArbMap.Default.GeneratorFor<char>().Select(c => char.IsSurrogate(c) ? "" : c.ToString()));
        Arbitrary<string> document = Gen.Choose(0, 12).SelectMany(count => piece.ListOf(count)).Select(string.Concat).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(50_000), Prop.ForAll(document, text =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            tokens.ResetWrittenCount();
            forms[(int)documents.Encode(bytes, (number++).ToString(), tokens)]++;
            return DocumentDecoder.Decode(encoder.Vocabulary, tokens.WrittenSpan).AsSpan().SequenceEqual(bytes);
        }));
        Assert.All(forms, count => Assert.True(count > 1000, string.Join(' ', forms)));
    }

    [Fact]
    public void Encode_causal_isBosDocumentEos()
    {
        BpeEncoder encoder = new(TrainedTokenizers.Get(PreTokenization.Gpt2));
        ushort[] plain = new ushort[20];
        int count = encoder.Encode("x = 1\n"u8, plain);
        Assert.Equal([0, .. plain.Take(count), 0], Encode(DocumentObjective.Causal, "x = 1\n", "a").Tokens);
    }

    [Fact]
    public void Encode_forms_standAsPublished()
    {
        // The marks of each form in their order (StarCoder's PSM and SPM, CodeGen2's infill).
        Assert.Equal("<|endoftext|> <fim_prefix> <fim_suffix> <fim_middle> <|endoftext|>", Marks(new() { FimRate = 1, SpmShare = 0 }));
        Assert.Equal("<|endoftext|> <fim_prefix> <fim_suffix> <fim_middle> <|endoftext|>", Marks(new() { FimRate = 1, SpmShare = 1 }));
        Assert.Equal("<|endoftext|> <mask_1> <|endoftext|> <sep> <mask_1> <eom> <|endoftext|>", Marks(new() { InfillRate = 1 }));

        (DocumentForm form, ushort[] tokens) = Encode(new() { FimRate = 1, SpmShare = 1 }, "abcdefgh", "k");
        Assert.Equal(DocumentForm.Spm, form);
        Assert.Equal(tokens[1] + 2, tokens[2]);   // <fim_suffix> follows <fim_prefix> at once

        static string Marks(DocumentObjective objective)
        {
            BpeVocabulary vocabulary = TrainedTokenizers.Get(PreTokenization.Gpt2);
            return string.Join(' ', Encode(objective, "abcdefgh", "k").Tokens.Where(id => vocabulary.IsSpecial(id)).Select(id => Encoding.UTF8.GetString(vocabulary.BytesOf(id))));
        }
    }

    [Fact]
    public void Encode_sameSeedAndKey_isTheSameWhateverCameBefore()
    {
        DocumentObjective objective = new() { FimRate = 0.5, InfillRate = 0.5, Seed = 3 };
        ushort[] alone = Encode(objective, "import os\nprint(os.name)\n", "key-7").Tokens;
        DocumentEncoder used = new(new BpeEncoder(TrainedTokenizers.Get(PreTokenization.Gpt2)), objective);
        ArrayBufferWriter<ushort> tokens = new();
        used.Encode("other text"u8, "key-1", tokens);
        tokens.ResetWrittenCount();
        used.Encode("import os\nprint(os.name)\n"u8, "key-7", tokens);
        Assert.Equal(alone, tokens.WrittenSpan.ToArray());
    }

    [Fact]
    public void Encode_rates_areMet()
    {
        int[] forms = new int[4];
        for (int i = 0; i < 20_000; i++)
        {
            forms[(int)Encode(new() { FimRate = 0.5, InfillRate = 0.2, Seed = 1 }, "x = 1", "document " + i).Form]++;
        }

        // Expected 6000, 5000, 5000, 4000; 6 standard deviations of a binomial of p = 0.3 are ±389.
        Assert.All(forms.Zip([6000, 5000, 5000, 4000]), pair => Assert.InRange(pair.First, pair.Second - 389, pair.Second + 389));
    }

    [Fact]
    public void Encode_cuts_fallEverywhereAlike()
    {
        // 4 characters of 1 to 4 bytes: 5 places, two drawn; a middle of i to j has 2 chances in 25 where i < j, 1 where i = j.
        Dictionary<string, int> middles = [];
        const int Cases = 25_000;
        BpeVocabulary vocabulary = TrainedTokenizers.Get(PreTokenization.Gpt2);
        ushort middle = vocabulary.SpecialId(SpecialTokens.FimMiddle);
        for (int i = 0; i < Cases; i++)
        {
            ushort[] tokens = Encode(new() { FimRate = 1, SpmShare = 0 }, "aé数🐍", i.ToString()).Tokens;
            string text = Encoding.UTF8.GetString(vocabulary.Decode(tokens.AsSpan(Array.IndexOf(tokens, middle) + 1)[..^1]));
            middles[text] = middles.GetValueOrDefault(text) + 1;
        }

        Assert.Equal(11, middles.Count);
        Assert.InRange(middles[""], 5000 - 380, 5000 + 380);
        Assert.All(middles.Where(pair => pair.Key.Length > 0), pair => Assert.InRange(pair.Value, 2000 - 260, 2000 + 260));
    }

    [Theory]
    [InlineData(1.5, 0.5, 0, 1, "FIM rate")]
    [InlineData(0.6, 0.5, 0.6, 1, "together")]
    [InlineData(0.5, -1, 0, 1, "SPM share")]
    [InlineData(0, 0.5, 0.5, 9, "most spans")]
    public void Constructor_optionOutOfRange_saysSo(double fim, double spm, double infill, int spans, string expected)
    {
        DocumentObjective objective = new() { FimRate = fim, SpmShare = spm, InfillRate = infill, MaxSpans = spans };
        BpeEncoder encoder = new(TrainedTokenizers.Get(PreTokenization.Gpt2));
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => new DocumentEncoder(encoder, objective)).Message);
    }

    [Fact]
    public void Decode_marksOfNoForm_throws()
    {
        BpeVocabulary vocabulary = TrainedTokenizers.Get(PreTokenization.Gpt2);
        foreach (ushort[] tokens in new ushort[][] { [], [0], [0, 1, 0], [0, 9, 0], [0, 5, 0, 9, 5, 0], [0, 5, 0, 9, 6, 10, 0], [0, 3, 1, 2, 0] })
        {
            Assert.Throws<FormatException>(() => DocumentDecoder.Decode(vocabulary, tokens));
        }
    }

    private static (DocumentForm Form, ushort[] Tokens) Encode(DocumentObjective objective, string text, string key)
    {
        ArrayBufferWriter<ushort> tokens = new();
        DocumentForm form = new DocumentEncoder(Shared.Value!, objective).Encode(Encoding.UTF8.GetBytes(text), key, tokens);
        return (form, tokens.WrittenSpan.ToArray());
    }

    private static readonly ThreadLocal<BpeEncoder> Shared = new(() => new BpeEncoder(TrainedTokenizers.Get(PreTokenization.Gpt2)));
}
