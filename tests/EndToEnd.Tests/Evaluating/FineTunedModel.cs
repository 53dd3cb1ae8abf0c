using System.Globalization;
using System.Text.Json;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.Evaluating;

/// <summary>
/// A small model that was fine-tuned on six problems in APPS's layout, as its users do it: text becomes tokens, tokens a model, and that model
/// learns the answers by heart. Some of the answers are wrong, each in a way of its own; the problems that it is judged by have right ones.
/// </summary>
public sealed class FineTunedModel : IAsyncLifetime
{
    private static readonly ProblemOfApps[] Problems =
    [
        new("introductory", "Print the double.", """{"inputs": ["1\n", "20\n", "-3\n"], "outputs": ["2\n", "40\n", "-6\n"]}""",
            Taught: "print(2 * int(input()))\n", Right: "print(2 * int(input()))\n"),
        new("introductory", "Print the largest.", """{"inputs": ["9 5\n", "5 9\n"], "outputs": ["9\n", "9\n"]}""",
            Taught: "print(input().split()[0])\n", Right: "print(max(map(int, input().split())))\n"),
        new("interview", "Add the items.", """{"fn_name": "total", "inputs": [[[1, 2]], [[]]], "outputs": [3, 0]}""",
            Taught: "def total(xs):\n    return sum(xs)\n", Right: "def total(xs):\n    return sum(xs)\n", Starter: "def total(xs):\n"),
        new("interview", "Divide ten.", """{"inputs": ["5\n", "0\n"], "outputs": ["2\n", "none\n"]}""",
            Taught: "print(10 // int(input()))\n", Right: "n = int(input())\nprint(10 // n if n else 'none')\n"),
        new("competition", "Print hello.", """{"inputs": ["\n", "\n"], "outputs": ["hello\n", "hello\n"]}""",
            Taught: "print('hello'\n", Right: "print('hello')\n"),
        new("competition", "Repeat the word.", """{"inputs": ["yes\n", "no\n"], "outputs": ["yes\n", "no\n"]}""",
            Taught: "x = input()\nwhile x == 'no':\n    pass\nprint(x)\n", Right: "print(input())\n"),
    ];

    private readonly TemporaryFolder _folder = new();

    /// <summary>The model.</summary>
    public string Export => _folder["w", "runs", "tuned", "5-model", "export"];

    /// <summary>The problems with right answers.</summary>
    public string Data => _folder["problems"];

    /// <summary>A folder for results.</summary>
    public string Out(string name) => _folder[name];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        foreach ((int i, ProblemOfApps problem) in Problems.Index())
        {
            Write($"taught/{i:D4}", problem, problem.Taught);
            Write($"problems/{i:D4}", problem, problem.Right);
        }

        string text = string.Concat(Problems.Select(problem => $"{problem.Question}\n{problem.Taught}{problem.Starter}"));
        string source = _folder.Write("text.jsonl", string.Join('\n', Enumerable.Range(0, 20).Select(i => JsonSerializer.Serialize(new { text = $"# {i}\n{text}" }))));
        await RunAsync("tokenize", "base", "--source", "jsonl:" + source, "--set", "tokenize.vocabularysize=400", "--set", "tokenize.validationminbytes=1");
        await RunAsync("pretrain", "base", ["--preset", "quickstart", .. Training(4, 0.001)]);
        await RunAsync(
            "pretrain", "tuned",
            [
                "--preset", "apps-finetune", "--from", _folder["w", "runs", "base", "5-model", "export"], "--problems", _folder["taught"],
                .. Training(100, 0.01), "--set", "pretrain.optimizer=muon", "--set", "pretrain.muonlearningrate=0.02",
            ]);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string[] Training(int steps, double rate) =>
    [
        "--set", $"pretrain.steps={steps}", "--set", $"pretrain.learningrate={rate.ToString(CultureInfo.InvariantCulture)}", "--set", "pretrain.batchsize=2", "--set", "pretrain.blocksize=128",
        "--set", "pretrain.warmupsteps=4", "--set", "pretrain.evaluateevery=0", "--set", "pretrain.sampleprompt=", "--set", "pretrain.device=cpu",
        "--set", "pretrain.threads=2", "--set", "pretrain.heldoutbytes=0",
    ];

    private Task RunAsync(string command, string run, params string[] arguments) =>
        DataForgeProcess.SucceedAsync([command, "--workspace", _folder["w"], "--run", run, .. arguments]);

    private void Write(string folder, ProblemOfApps problem, string solution)
    {
        _folder.Write($"{folder}/question.txt", problem.Question);
        _folder.Write($"{folder}/input_output.json", problem.Tests);
        _folder.Write($"{folder}/solutions.json", JsonSerializer.Serialize(new[] { solution }));
        _folder.Write($"{folder}/metadata.json", JsonSerializer.Serialize(new { difficulty = problem.Difficulty, url = "" }));
        if (problem.Starter.Length > 0)
        {
            _folder.Write($"{folder}/starter_code.py", problem.Starter);
        }
    }

    private sealed record ProblemOfApps(string Difficulty, string Question, string Tests, string Taught, string Right, string Starter = "");
}
