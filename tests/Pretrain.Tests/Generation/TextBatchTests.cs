using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Tokenizer;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Generation;

public class TextBatchTests
{
    // Where the two best candidates are closer than this, rounding may decide between them.
    private const float Tie = 1e-4f;

    [Theory]
    [InlineData("tiny")]
    [InlineData("odd")]
    public void NewText_oneTokenAtATime_givesTheReferenceLogits(string config)
    {
        using ILanguageModel model = Open(config);
        using SafeTensors reference = new(Path.Combine(SharedFiles.Find("golden", config)!, "forward.safetensors"));
        int size = model.Config.VocabSize, time = (int)reference.Entries["input_ids"].Shape[1];
        int[] ids = [.. reference.ReadInt64s("input_ids").Take(time).Select(id => (int)id)];
        float[] expected = reference.ReadFloats("logits"), logits = new float[size];
        using ITextState text = model.NewText(), copy = model.NewText();
        for (int i = 0; i < time; i++)
        {
            text.Append(ids.AsSpan(i, 1), logits);
            AssertClose(expected.AsSpan(i * size, size), logits);
            if (i % 10 == 9 && i + 1 < time)
            {
                copy.CopyFrom(text);
                copy.Append(ids.AsSpan(i + 1, 1), logits);
                AssertClose(expected.AsSpan((i + 1) * size, size), logits);
                Assert.Equal((i + 1, i + 2), (text.Length, copy.Length));
            }
        }
    }

    [Theory]
    [InlineData("tiny", 48)] // three times the window of a local layer
    [InlineData("odd", 24)]
    public void Generate_raggedPrompts_equalOneByOne(string config, int tokens)
    {
        using ILanguageModel model = Open(config);
        BpeVocabulary vocabulary = ByteVocabulary.OfSize(model.Config.VocabSize);
        GenerationOptions options = new() { MaxNewTokens = tokens, StopToken = -1 };
        TextRequest[] requests = [.. Enumerable.Range(0, 32).Select(i => new TextRequest(Prompt(i, 1 + (i * 7 % 23)), options))];
        GeneratedText[] texts = [.. TextBatch.Generate(model, vocabulary, requests, room: 12)];
        Assert.Equal(32, texts.Length);
        using Generator alone = new(model);
        foreach (GeneratedText text in texts)
        {
            int[] expected = alone.Generate(text.Request.Prompt, options);
            int same = expected.Zip(text.Tokens).TakeWhile(pair => pair.First == pair.Second).Count();
            Assert.True(same == tokens || IsTie(model, [.. text.Request.Prompt, .. expected[..same]]), $"token {same} differs");
        }
    }

    [Fact]
    public void Generate_samplesOfOnePrompt_equalThoseMadeAlone()
    {
        using ILanguageModel model = Open("odd");
        BpeVocabulary vocabulary = ByteVocabulary.OfSize(model.Config.VocabSize);
        int[] prompt = Prompt(3, 9);
        TextRequest[] requests =
        [
            .. Enumerable.Range(1, 6).Select(seed =>
                new TextRequest(prompt, new() { MaxNewTokens = 16, Temperature = 0.8, TopP = 0.95, Seed = (ulong)seed, StopToken = -1 })),
        ];
        var batched = TextBatch.Generate(model, vocabulary, requests, room: 6).ToDictionary(text => text.Request.Options.Seed);
        foreach (TextRequest request in requests)
        {
            Assert.Equal(Completion.Of(model, vocabulary, request).Tokens, batched[request.Options.Seed].Tokens);
        }

        Assert.NotEqual(batched[1].Tokens, batched[2].Tokens);
    }

    [Fact]
    public void Generate_streamed_piecesAreTheText()
    {
        using ILanguageModel model = Open("odd");
        BpeVocabulary vocabulary = ByteVocabulary.OfSize(model.Config.VocabSize);
        List<string> pieces = [];
        GenerationOptions options = new() { MaxNewTokens = 40, Temperature = 1, StopToken = -1 };
        GeneratedText whole = Completion.Of(model, vocabulary, new TextRequest(Prompt(1, 5), options, piece => pieces.Add(piece.Text)));
        Assert.Equal(EndReason.Length, whole.End);
        Assert.Equal(whole.Text, string.Concat(pieces));
        Assert.True(pieces.Count > 10);
        int at = Enumerable.Range(whole.Text.Length / 3, whole.Text.Length).First(i => char.IsAscii(whole.Text[i]) && char.IsAscii(whole.Text[i + 1]));
        string stop = whole.Text.Substring(at, 2);
        GeneratedText cut = Completion.Of(model, vocabulary, new TextRequest(Prompt(1, 5), options with { StopStrings = [stop] }));
        Assert.Equal(EndReason.StopString, cut.End);
        Assert.Equal(whole.Text[..whole.Text.IndexOf(stop, StringComparison.Ordinal)], cut.Text);
    }

    [Fact]
    public void Generate_withAlternatives_givesTheModelsOwnProbabilities()
    {
        using ILanguageModel model = Open("odd");
        BpeVocabulary vocabulary = ByteVocabulary.OfSize(model.Config.VocabSize);
        GenerationOptions options = new() { MaxNewTokens = 20, Temperature = 0.7, TopP = 0.9, StopToken = -1 };
        List<ChosenToken> streamed = [];
        int[] prompt = Prompt(2, 6);
        GeneratedText text = Completion.Of(
            model, vocabulary, new TextRequest(prompt, options, piece => streamed.AddRange(piece.Tokens), Alternatives: 3));
        Assert.Equal(text.Tokens, text.Chosen.Select(chosen => chosen.Token));
        Assert.Equal(text.Chosen, streamed);
        float[] logits = new float[model.Config.VocabSize];
        using ITextState state = model.NewText();
        state.Append(prompt, logits);
        foreach (ChosenToken chosen in text.Chosen)
        {
            double sum = logits.Sum(logit => Math.Exp(logit));
            double[] expected = [.. logits.Select(logit => Math.Log(Math.Exp(logit) / sum))];
            Assert.Equal(expected[chosen.Token], chosen.LogProbability, 1e-3);
            Assert.Equal(expected.OrderDescending().Take(3), chosen.Likeliest.Select(next => expected[next.Token]));
            Assert.All(chosen.Likeliest, next => Assert.Equal(expected[next.Token], next.LogProbability, 1e-3));
            state.Append([chosen.Token], logits);
        }
    }

    [Fact]
    public void Start_promptLongerThanTheModel_countsWhatWasCut()
    {
        using ILanguageModel model = Open("odd");
        BpeVocabulary vocabulary = ByteVocabulary.OfSize(model.Config.VocabSize);
        GenerationOptions options = new() { MaxNewTokens = 10, StopToken = -1 };
        int[] prompt = Prompt(0, 100);
        GeneratedText text = Completion.Of(model, vocabulary, new TextRequest(prompt, options));
        Assert.Equal(100 + 10 - model.Config.MaxPositionEmbeddings, text.CutTokens);
        Assert.Equal(Completion.Of(model, vocabulary, new TextRequest(prompt[text.CutTokens..], options)).Tokens, text.Tokens);
    }

    [Fact]
    public void Stop_growingText_makesRoom()
    {
        using ILanguageModel model = Open("odd");
        using TextBatch batch = new(model, ByteVocabulary.OfSize(model.Config.VocabSize), room: 2);
        GenerationOptions options = new() { MaxNewTokens = 5, StopToken = -1 };
        TextRequest first = new(Prompt(0, 4), options), second = new(Prompt(1, 6), options);
        batch.Start(first);
        batch.Start(second);
        Assert.Throws<InvalidOperationException>(() => batch.Start(first));
        batch.Step();
        batch.Stop(first);
        batch.Stop(first);
        Assert.Equal(1, batch.Count);
        GeneratedText[] ended = [.. Enumerable.Range(0, 4).SelectMany(_ => batch.Step())];
        Assert.Same(second, Assert.Single(ended).Request);
        Assert.Equal(0, batch.Count);
    }

    private static ILanguageModel Open(string config)
    {
        NativeTorch.SkipWithoutLibrary();
        string? folder = SharedFiles.Find("golden", config);
        Assert.SkipWhen(folder is null, $"the reference tensors golden/{config} are not here");
        return LanguageModels.Open(folder!);
    }

    private static int[] Prompt(int seed, int length)
    {
        CounterRandom random = new((ulong)seed, "prompt");
        return [.. Enumerable.Range(0, length).Select(i => (int)(random.Uniform((ulong)i) * 290))];
    }

    private static bool IsTie(ILanguageModel model, ReadOnlySpan<int> tokens)
    {
        float[] logits = new float[model.Config.VocabSize];
        using ITextState text = model.NewText();
        text.Append(tokens, logits);
        Array.Sort(logits);
        return logits[^1] - logits[^2] < Tie;
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.InRange(Math.Abs(expected[i] - actual[i]), 0, 5e-4);
        }
    }
}
