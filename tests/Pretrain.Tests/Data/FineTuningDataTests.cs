using DataForge.Pretrain.Data;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Tests.Tokenizer;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Tests.Data;

public class FineTuningDataTests
{
    private static readonly BpeVocabulary Vocabulary = TrainedTokenizers.Get(PreTokenization.Gpt2);

    [Fact]
    public void Prompt_standardInputAndCallBased_isThePublishedForm()
    {
        Assert.Equal("\nQUESTION:\nAdd.\n\n\nUse Standard Input format\n\nANSWER:\n", AppsProblems.Prompt("Add.", null));
        Assert.Equal("\nQUESTION:\nAdd.\ndef f():\n\n\nUse Call-Based format\n\nANSWER:\n", AppsProblems.Prompt("Add.", "def f():\n"));
    }

    [Fact]
    public void FillBatch_labels_areTheAnswersAndTheirEndAlone()
    {
        FineTuningData data = new([new AppsProblem("a", AppsProblems.Prompt("Say x.", null), ["print('x')\n"])], Vocabulary, new FineTuningOptions(256, 1, 1, 1));
        int[] tokens = new int[256], labels = new int[256];
        data.FillBatch(0, 0, tokens, labels);
        ushort[] counted = [.. labels.Where(label => label >= 0).Select(label => (ushort)label)];
        Assert.Equal(Vocabulary.EndOfText, counted[^1]);
        Assert.Equal("print('x')\n"u8.ToArray(), Vocabulary.Decode(counted.AsSpan()[..^1]));
        Assert.All(Enumerable.Range(0, 256).Where(i => labels[i] >= 0), i => Assert.Equal(tokens[i], labels[i]));
    }

    /// <summary>A model is asked with this token before the prompt, so it must have learnt prompts that follow it.</summary>
    [Fact]
    public void FillBatch_prompts_followTheTokenThatTheyFollowWhenTheModelIsAsked()
    {
        AppsProblem[] problems = [new("a", "Qa:", ["x"]), new("b", "Qb:", ["y"]), new("c", "Qc:", ["z"])];
        FineTuningData data = new(problems, Vocabulary, new FineTuningOptions(12, 3, 1, 1));
        int[] tokens = new int[36], labels = new int[36];
        data.FillBatch(0, 0, tokens, labels);
        int[] asked = new PromptEncoder(Vocabulary).Encode("Q");
        int[] prompts = [.. Enumerable.Range(0, 36).Where(i => tokens[i] == asked[1])];
        Assert.NotEmpty(prompts);
        Assert.All(prompts, i => Assert.Equal(asked[0], tokens[i - 1]));
        Assert.Contains(0, prompts.Select(i => (i - 1) % 12)); // of a row's first example too
    }

    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    public void FillBatch_anyCutOfAStep_everyAnswerOnceAnEpochInTheSameOrder(int batch, int micros)
    {
        AppsProblem[] problems = [.. Enumerable.Range(0, 17).Select(i => new AppsProblem($"{i}", $"Q{i}:", [$"answer {i};", $"other {i};"]))];
        FineTuningData whole = new(problems, Vocabulary, new FineTuningOptions(96, 6, 1, 7)), cut = new(problems, Vocabulary, new FineTuningOptions(96, batch, micros, 7));
        Assert.Equal(whole.Fingerprint, cut.Fingerprint);
        int[] tokens = new int[6 * 96], labels = new int[6 * 96], cutTokens = new int[6 * 96], cutLabels = new int[6 * 96];
        List<string> answers = [];
        foreach (long step in (long[])[0, 1, 2, 3, 4, 5, 2])
        {
            whole.FillBatch(step, 0, tokens, labels);
            for (int micro = 0; micro < micros; micro++)
            {
                int size = batch * 96;
                cut.FillBatch(step, micro, cutTokens.AsSpan(micro * size, size), cutLabels.AsSpan(micro * size, size));
            }

            Assert.Equal(tokens, cutTokens);
            Assert.Equal(labels, cutLabels);
            ushort[] counted = [.. labels.Where(label => label >= 0 && label != Vocabulary.EndOfText).Select(label => (ushort)label)];
            answers.AddRange(System.Text.Encoding.UTF8.GetString(Vocabulary.Decode(counted)).Split(';', StringSplitOptions.RemoveEmptyEntries));
        }

        Assert.Equal(34, answers.Take(34).Distinct().Count()); // the first epoch: each of 17 × 2 once
    }

    [Fact]
    public void FineTuningData_promptsThatFillARow_areRefusedWithTheRemedy()
    {
        AppsProblem[] problems = [new("a", new string('x', 5000), ["y"])];
        Assert.Contains("choose a larger BlockSize", Assert.Throws<InvalidDataException>(() => new FineTuningData(problems, Vocabulary, new FineTuningOptions(8, 1, 1, 1))).Message, StringComparison.Ordinal);
    }
}
