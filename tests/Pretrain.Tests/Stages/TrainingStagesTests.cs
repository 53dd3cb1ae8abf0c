using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Tests.Training;
using DataForge.Pretrain.Tokenizer;
using DataForge.Pretrain.Training;
using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Stages;

/// <summary>Text to tokens, tokens to a model, a model to a fine-tuned one: the stages as they are run, with small models.</summary>
public sealed partial class TrainingStagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<Event> _events = [];
    private readonly List<int> _bestFiles = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FineTune_fewProblems_overfitsThemAndLeavesTheTokenizer()
    {
        NativeTorch.SkipWithoutLibrary();
        Run base_ = await Model("base", Text("base", "def f(x):\n    return x + 1\n", 40), new PretrainOptions
        {
            Preset = "quickstart", Steps = 10, BatchSize = 2, Threads = 2, EvaluateEvery = 5,
        });
        Assert.Equal(9, Assert.Single(_bestFiles)); // whole, tokenizer and card included, while training went on
        string export = base_.PathOf("5-model/export");
        Assert.Equal(
            ["README.md", "config.json", "generation_config.json", "merges.txt", "model.safetensors", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.json"],
            Directory.GetFiles(export).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("validation loss", File.ReadAllText(Path.Combine(export, "README.md")), StringComparison.Ordinal);

        string problems = Problems();
        Run tuned = Open("tuned");
        await new PretrainStage(new PretrainOptions
        {
            Preset = "apps-finetune", From = export, Problems = problems, Steps = 120, BatchSize = 2, BlockSize = 160, LearningRate = 3e-3, WarmupSteps = 10, Threads = 2,
            EvaluateEvery = 0,
        }).RunAsync(Context(tuned), CancellationToken.None);

        Assert.Contains(_events.OfType<Note>(), note => note.Text.StartsWith("3 problems with 4 answers to train on; 1 folders without", StringComparison.Ordinal));
        double loss = _events.OfType<Corpus.Events.TrainingStep>().Last().Loss;
        Assert.True(loss < 0.1, $"loss {loss}");
        foreach (string name in TokenizerFiles.Names.Where(name => File.Exists(Path.Combine(export, name))))
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(export, name)), File.ReadAllBytes(tuned.PathOf("5-model/export/" + name)));
        }
    }

    [Fact]
    public async Task Stages_eachOnTheTokensOfARun_startFromTheLast()
    {
        NativeTorch.SkipWithoutLibrary();
        Run language = await Tokens("language", Text("language", "the cat sat on the mat and looked at the rain\n", 30), new TokenizeOptions());
        Run code = await Tokens("code", Text("code", "def f(x):\n    return x + 1\n", 30), new TokenizeOptions { Tokenizer = language.PathOf("4-tokens") });
        var options = new PretrainOptions
        {
            Preset = "quickstart", Steps = 6, BatchSize = 2, Threads = 2, SamplePrompt = "",
            Stages = [new StagedOptions { Name = "nl", Run = "language" }, new StagedOptions { Name = "mono", Steps = 4, LearningRate = 1e-3 }],
        };
        await new PretrainStage(options).RunAsync(Context(code), CancellationToken.None);

        Assert.Equal(["model", "stage-nl"], code.Manifest.Entries("pretrain").Select(entry => entry.Part));
        CheckpointStore last = new(code.PathOf("5-model/checkpoints/mono"));
        Assert.Equal("weights " + StageHash.OfFile(code.PathOf("5-model/stages/nl/model.safetensors")), last.Verify(4).Start);
        Assert.Equal("seed 1", new CheckpointStore(code.PathOf("5-model/checkpoints/nl")).Verify(6).Start);
        Assert.True(File.Exists(code.PathOf("5-model/export/model.safetensors")));

        Assert.Equal((4, 6), (code.Manifest.Totals("pretrain")["steps"], code.Manifest.Totals("pretrain")["stage-nl.steps"]));

        int before = _events.Count;
        await new PretrainStage(options).RunAsync(Context(code), CancellationToken.None);
        Assert.All(_events.Skip(before).OfType<PartDone>(), part => Assert.True(part.Reused)); // all there already
    }

    [Fact]
    public async Task Stages_otherTokenizer_isRefusedInOneLine()
    {
        NativeTorch.SkipWithoutLibrary();
        Run first = await Model("first", Text("first", "the cat sat on the mat\n", 30), new PretrainOptions { Preset = "quickstart", Steps = 2, BatchSize = 2 });
        Run second = await Tokens("second", Text("second", "import os, sys, json, math, random\n", 30), new TokenizeOptions());
        var options = new PretrainOptions { Preset = "quickstart", From = first.PathOf("5-model/export"), Steps = 2 };
        DataForgeException e = await Assert.ThrowsAsync<DataForgeException>(() => new PretrainStage(options).RunAsync(Context(second), CancellationToken.None));
        Assert.Contains("has another tokenizer than the tokens were made with", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);

        options.From = _folder["nowhere"];
        e = await Assert.ThrowsAsync<DataForgeException>(() => new PretrainStage(options).RunAsync(Context(second), CancellationToken.None));
        Assert.Contains("is not a model to start from: it has no config.json", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokenize_jsonLinesAndTheirParquet_areRecordedAsTextGivenAsItIs()
    {
        Run lines = await Tokens("lines", Text("lines", "some words of any language\n", 25) + "\n{\"content\": 5}\nno json\n", new TokenizeOptions());
        SortedDictionary<string, long> totals = lines.Manifest.Totals("tokenize");
        Assert.Equal(25, totals["documents.unfiltered"]);
        Assert.Equal(2, totals["documents.bad"]);
        Assert.Equal(25, totals["documents.train"] + totals["documents.validation"]);
        Assert.Contains(_events.OfType<Note>(), note => note.Text.Contains("no rule, licence or redaction", StringComparison.Ordinal));
        Assert.Equal(2, _events.OfType<FileFault>().Count());

        // The shard written for them is itself a Parquet source: the same tokens again.
        Run table = Open("table");
        await new TokenizeStage(Small(new TokenizeOptions { Sources = ["parquet:" + lines.PathOf("4-tokens/text")] })).RunAsync(Context(table), CancellationToken.None);
        Assert.Equal(File.ReadAllBytes(lines.PathOf("4-tokens/train-00000.bin")), File.ReadAllBytes(table.PathOf("4-tokens/train-00000.bin")));
    }

    [Fact]
    public async Task Tokenize_folderWithHiddenFiles_leavesThemOutAndCountsThem()
    {
        _folder.Write("texts/a.jsonl", Text("a", "some words of any language\n", 20));
        _folder.Write("texts/.a.jsonl", "no json\n");
        _folder.Write("texts/_temporary/b.jsonl", "no json\n");
        Run run = Open("folder");
        await new TokenizeStage(Small(new TokenizeOptions { Sources = ["jsonl:" + _folder["texts"]] }))
            .RunAsync(Context(run), CancellationToken.None);
        Assert.Equal(20, run.Manifest.Totals("tokenize")["documents.unfiltered"]);
        Assert.Contains(_events.OfType<Note>(), note => note.Text.Contains("2 files whose names", StringComparison.Ordinal));
        Assert.Empty(_events.OfType<FileFault>());
    }

    [Theory]
    [InlineData("csv:x", "takes jsonl:PATH and parquet:PATH")]
    [InlineData("jsonl:/nowhere/at/all", "has no file of that kind")]
    public async Task Tokenize_sourceThatIsNone_isRefusedInOneLine(string source, string expected)
    {
        var stage = new TokenizeStage(new TokenizeOptions { Sources = [source] });
        DataForgeException e = await Assert.ThrowsAsync<DataForgeException>(() => stage.RunAsync(Context(Open("none")), CancellationToken.None));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    private async Task<Run> Model(string name, string text, PretrainOptions options)
    {
        Run run = await Tokens(name, text, new TokenizeOptions());
        options.SamplePrompt = "";
        await new PretrainStage(options).RunAsync(Context(run), CancellationToken.None);
        return run;
    }

    private async Task<Run> Tokens(string name, string text, TokenizeOptions options)
    {
        string file = _folder[name + ".jsonl"];
        File.WriteAllText(file, text);
        options.Sources = ["jsonl:" + file];
        Run run = Open(name);
        await new TokenizeStage(Small(options)).RunAsync(Context(run), CancellationToken.None);
        return run;
    }

    private static TokenizeOptions Small(TokenizeOptions options)
    {
        (options.VocabularySize, options.ValidationMinBytes, options.ValidationMinRepositories) = (300, 1, 1);
        return options;
    }

    /// <summary>JSON lines, each with the text and its own number.</summary>
    private static string Text(string name, string text, int lines) =>
        string.Join('\n', Enumerable.Range(0, lines).Select(i => JsonSerializer.Serialize(new { text = text + $"# {name} {i}\n" + text })));

    private string Problems()
    {
        string problems = _folder["problems"];
        Problem("0000", "Read a number and print its double.", ["print(2 * int(input()))\n"], null);
        Problem("0001", "Print hello.", ["print('hello')\n", "import sys\nsys.stdout.write('hello\\n')\n"], null);
        Problem("0002", "Return the sum of a list.", ["class Solution:\n    def total(self, xs):\n        return sum(xs)\n"], "class Solution:\n    def total(self, xs):\n");
        Directory.CreateDirectory(Path.Combine(problems, "0003")); // no question: passed over, and told
        return problems;

        void Problem(string name, string question, string[] solutions, string? starter)
        {
            string place = Directory.CreateDirectory(Path.Combine(problems, name)).FullName;
            File.WriteAllText(Path.Combine(place, "question.txt"), question);
            File.WriteAllText(Path.Combine(place, "solutions.json"), JsonSerializer.Serialize(solutions));
            File.WriteAllText(Path.Combine(place, "input_output.json"), "{\"inputs\": [], \"outputs\": []}");
            if (starter is not null)
            {
                File.WriteAllText(Path.Combine(place, "starter_code.py"), starter);
            }
        }
    }

    private Run Open(string name) => Run.Open(Workspace.Open(_folder["workspace"]), name);

    private StageContext Context(Run run) => new(run, new EventLog(null, TimeProvider.System, new Sink(this)), 2, TimeProvider.System);

    /// <summary>What the tests of one engine alone do at an event.</summary>
    partial void OnEvent(Event happened);

    private sealed class Sink(TrainingStagesTests test) : IEventSink
    {
        public void Write(Event happened)
        {
            test._events.Add(happened);
            test.OnEvent(happened);
            string best = test._folder["workspace", "runs", "base", "5-model", "export.best"];
            if (happened is Corpus.Events.TrainingStep { Step: 6 } && Directory.Exists(best))
            {
                test._bestFiles.Add(Directory.GetFiles(best).Length);
            }
        }
    }
}
