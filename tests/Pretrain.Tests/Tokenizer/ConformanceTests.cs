using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using DataForge.Pretrain.Tokenizer;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Tokenizer;

/// <summary>
/// The ids are those of @huggingface/tokenizers. <c>DATAFORGE_TEST_CONFORMANCE_FILES</c> raises the number of Python files (10,000 take minutes,
/// nearly all of them in Node.js).
/// </summary>
public sealed class ConformanceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dataforge-tokenizer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(PreTokenization.Gpt2)]
    [InlineData(PreTokenization.Code)]
    public void Encode_realPython_trainedTokenizer_givesHuggingFaceIds(PreTokenization form)
    {
        Assert.SkipWhen(PythonFiles.Count == 0, "no Python files on this machine");
        Compare(Export(form), RealFiles());
    }

    [Theory]
    [InlineData(PreTokenization.Gpt2)]
    [InlineData(PreTokenization.Code)]
    public void Encode_randomUnicode_trainedTokenizer_givesHuggingFaceIds(PreTokenization form) =>
        Compare(Export(form), RandomTexts(10_000));

    [Fact]
    public void Encode_realPython_gpt2_givesHuggingFaceIds()
    {
        Assert.SkipWhen(PythonFiles.Count == 0, "no Python files on this machine");
        Compare(Gpt2Folder(), RealFiles());
    }

    [Fact]
    public void Encode_randomUnicode_gpt2_givesHuggingFaceIds() => Compare(Gpt2Folder(), RandomTexts(10_000));

    [Theory]
    [InlineData(PreTokenization.Gpt2)]
    [InlineData(PreTokenization.Code)]
    public void EncodePrompt_specialNames_givesHuggingFaceIds(PreTokenization form)
    {
        Random random = new(5);
        List<byte[]> prompts = [];
        for (int i = 0; i < 500; i++)
        {
            StringBuilder prompt = new();
            for (int piece = random.Next(1, 8); piece > 0; piece--)
            {
                prompt.Append(random.Next(3) switch
                {
                    0 => SpecialTokens.All[random.Next(SpecialTokens.All.Count)],
                    1 => "def f(x):\n    return x < 2 <mask_",
                    _ => " <|endoftext|",
                });
            }

            prompts.Add(Encoding.UTF8.GetBytes(prompt.ToString()));
        }

        string exported = Export(form);
        SkipWithoutPackage();
        int[][] expected = HuggingFace.Encode(exported, prompts, prompt: true);
        BpeEncoder encoder = new(TokenizerReader.ReadFolder(exported));
        for (int i = 0; i < prompts.Count; i++)
        {
            ArrayBufferWriter<ushort> ids = new();
            encoder.EncodePrompt(prompts[i], ids);
            Assert.Equal(expected[i], ids.WrittenSpan.ToArray().Select(id => (int)id));
        }
    }

    private static void Compare(string tokenizer, IReadOnlyList<byte[]> texts)
    {
        SkipWithoutPackage();
        int[][] expected = HuggingFace.Encode(tokenizer, texts);
        BpeEncoder encoder = new(TokenizerReader.ReadFolder(tokenizer));
        ushort[] ids = new ushort[texts.Max(text => text.Length)];
        for (int i = 0; i < texts.Count; i++)
        {
            int count = encoder.Encode(texts[i], ids);
            if (!ids.AsSpan(0, count).ToArray().Select(id => (int)id).SequenceEqual(expected[i]))
            {
                Assert.Fail($"text {i}: {JavaScriptLiteral(texts[i])}\nours   {string.Join(' ', ids.Take(count).Take(40))}\n"
                    + $"theirs {string.Join(' ', expected[i].Take(40))}");
            }
        }
    }

    private string Export(PreTokenization form)
    {
        TokenizerFiles.Write(TrainedTokenizers.Get(form), _folder, modelMaxLength: 1024);
        return _folder;
    }

    private static string Gpt2Folder()
    {
        string? gpt2 = SharedFiles.Find("conformance", "gpt2-bpe");
        Assert.SkipWhen(gpt2 is null, "GPT-2's vocabulary is not beside the project");
        return gpt2!;
    }

    private static void SkipWithoutPackage() => Assert.SkipWhen(HuggingFace.Missing is not null, HuggingFace.Missing ?? "");

    private static List<byte[]> RealFiles()
    {
        string? wanted = Environment.GetEnvironmentVariable("DATAFORGE_TEST_CONFORMANCE_FILES");
        int count = wanted is null ? 250 : int.Parse(wanted, CultureInfo.InvariantCulture);
        // Hugging Face's package takes strings, so a file that is not UTF-8 has no ids to compare with.
        return [.. PythonFiles.Read(count, longest: wanted is null ? 1 << 16 : 1 << 20).Where(file => Utf8.IsValid(file))];
    }

    /// <summary>Strings of all sorts: any code points, the ones patterns care about, and the spaces on which implementations differ.</summary>
    private static List<byte[]> RandomTexts(int count)
    {
        SkipWithoutPackage();
        Assert.SkipWhen(HuggingFace.OtherUnicode is not null, HuggingFace.OtherUnicode ?? "");
        const string Telling = "'s't're've'm'll'd 019  \t\n\r\v\f\u0085\u00A0\u1680\u2003\u2028\u202F\u3000\uFEFF\u200B\u001F_.,(){}<|>aZéß数٣²Ⅷ\u0301\"\\/#";
        Random random = new(7);
        List<byte[]> texts = [];
        while (texts.Count < count)
        {
            StringBuilder text = new();
            int kind = random.Next(3), length = random.Next(1, 60);
            while (text.Length < length)
            {
                int any = random.Next(0x110000);
                bool surrogate = any is >= 0xD800 and <= 0xDFFF;
                switch (kind)
                {
                    case 0 when !surrogate: text.Append(char.ConvertFromUtf32(any)); break;
                    case 1: text.Append(Telling[random.Next(Telling.Length)]); break;
                    case 2: text.Append(random.Next(4) > 0 || surrogate ? Telling[random.Next(Telling.Length)].ToString() : char.ConvertFromUtf32(any)); break;
                }
            }

            texts.Add(Encoding.UTF8.GetBytes(text.ToString()));
        }

        return texts;
    }

    private static string JavaScriptLiteral(byte[] text) =>
        string.Concat(Encoding.UTF8.GetString(text).Take(200).Select(c => c is >= ' ' and <= '~' ? c.ToString() : $"\\u{(int)c:X4}"));
}
