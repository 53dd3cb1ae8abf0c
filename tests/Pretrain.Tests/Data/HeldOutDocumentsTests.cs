using System.Diagnostics;
using System.Text;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Tests.Training;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Data;

public sealed class HeldOutDocumentsTests : IDisposable
{
    private const int Batch = 3, Block = 16;
    private const ushort EndOfText = 256;

    private static readonly BpeVocabulary Vocabulary = new(
        PreTokenization.Gpt2, [.. Enumerable.Range(0, 256).Select(b => new[] { (byte)b }), Encoding.UTF8.GetBytes(SpecialTokens.EndOfText)], [], [EndOfText]);

    // Shorter than a block, as long as one, a little longer, and many blocks long.
    private static readonly string[] Texts =
    [
        "x", "a = 1\n", new string('b', Block - 2), new string('c', Block - 1), new string('d', Block + 3),
        string.Concat(Enumerable.Range(0, 60).Select(i => $"value_{i} = {i * i}\n")),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FillValidation_allWindows_countEachTokenOnceWithHalfABlockBeforeIt()
    {
        using HeldOutDocuments documents = Open(1 << 20);
        int[] tokens = new int[Batch * Block], labels = new int[Batch * Block];
        List<int> counted = [];
        for (int batch = 0; batch < documents.ValidationBatches; batch++)
        {
            documents.FillValidation(batch, tokens, labels);
            for (int row = 0; row < Batch; row++)
            {
                int[] rowLabels = labels[(row * Block)..((row + 1) * Block)];
                int first = Array.FindIndex(rowLabels, label => label != ITrainingData.IgnoredLabel);
                Assert.True(first != 0, "the first token of a row cannot be predicted");
                Assert.True(first < 0 || first == 1 ? tokens[row * Block] == EndOfText : first >= Block / 2);
                counted.AddRange(rowLabels.Where(label => label != ITrainingData.IgnoredLabel));
            }
        }

        Assert.Equal(Texts.SelectMany(text => text.Select(c => (int)c).Append(EndOfText)), counted);
        Assert.Equal((Texts.Length, Texts.Sum(text => text.Length)), (documents.Documents, documents.Bytes));
        Assert.Equal(Texts.Sum(text => HeldOutDocuments.GzipLength(Encoding.UTF8.GetBytes(text))), documents.GzipBytes);
    }

    [Fact]
    public void LossSum_modelThatKnowsNothing_isTheLogarithmOfTheVocabularyForEachToken()
    {
        NativeTorch.SkipWithoutLibrary();
        GptNeoConfig config = new()
        {
            VocabSize = 257, MaxPositionEmbeddings = Block, HiddenSize = 8, NumLayers = 1, NumHeads = 1, AttentionLayers = GptNeoConfig.Alternating(1),
        };
        using HeldOutDocuments documents = Open(1 << 20);
        using Trainer trainer = new(config, new TrainingOptions { BatchSize = Batch, BlockSize = Block }, new AffineData(257, Block), new RecordingLog());
        trainer.NativeModel().Parameters.Values.fill_(0);
        double expected = Texts.Sum(text => text.Length + 1) * Math.Log(257);
        Assert.Equal(expected, trainer.LossSum(documents, CancellationToken.None), 1e-3);
    }

    [Fact]
    public void Open_fewerBytesThanThereAre_takesDocumentsAtEvenDistances()
    {
        using HeldOutDocuments documents = Open((Texts.Sum(text => text.Length) + 2) / 3);
        Assert.Equal(2, documents.Documents);
        Assert.Equal(Texts[0].Length + Texts[3].Length, documents.Bytes);
    }

    [Fact]
    public void GzipLength_text_isNearGzips()
    {
        string python = string.Concat(Enumerable.Range(0, 400).Select(i => $"def function_{i * 7919 % 401}(x):\n    return x * {i * i}\n"));
        File.WriteAllText(_folder["text.py"], python);
        using Process? gzip = Start("gzip", "-9", "-n", "-k", _folder["text.py"]);
        Assert.SkipWhen(gzip is null, "no gzip on this machine");
        gzip!.WaitForExit();
        double size = new FileInfo(_folder["text.py.gz"]).Length;
        Assert.InRange(HeldOutDocuments.GzipLength(Encoding.UTF8.GetBytes(python)), 0.97 * size, 1.03 * size);
    }

    private static Process? Start(string name, params string[] arguments)
    {
        try
        {
            return Process.Start(name, arguments);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private HeldOutDocuments Open(long mostBytes)
    {
        string tokens = _folder["val.bin"];
        using (TokenShardWriter writer = new(tokens, TokenShardFormat.IndexPath(tokens)))
        {
            foreach (string text in Texts)
            {
                writer.Add([EndOfText, .. text.Select(c => (ushort)c), EndOfText]);
            }

            writer.Complete();
        }

        return new HeldOutDocuments([tokens], Vocabulary, Batch, Block, mostBytes);
    }
}
