using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DataForge.Evaluation.Sandbox;
using DataForge.Evaluation.Scoring;
using DataForge.Evaluation.Sets;
using DataForge.Evaluation.Tests.Sandbox;
using DataForge.Testing;

namespace DataForge.Evaluation.Tests.Scoring;

/// <summary>
/// The same samples on a machine as it is, beside 16 busy processes, and with twice the workers. <c>./dataforge check load</c> takes 3,280
/// samples, which takes a quarter of an hour; the suite takes twenty of them and two busy processes.
/// </summary>
public sealed class LoadTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IDisposable
{
    // Seconds of processor time. The full check takes a shorter limit, or it would take an hour; the suite's margins are wider, since
    // nobody knows what else its machine does.
    private static readonly double Limit = Environment.GetEnvironmentVariable("DATAFORGE_TEST_EVALUATION_LOAD") is { Length: > 0 } ? 0.1 : 0.4;

    private const int Workers = 2;

    // Of each problem's samples: shares of the limit that they use, in per cent.
    private static readonly int[] Slow = [30, 100, 230, 60, 10, 150, 300, 190];

    private static readonly int? Problems =
        Environment.GetEnvironmentVariable("DATAFORGE_TEST_EVALUATION_LOAD") is { } count ? int.Parse(count, CultureInfo.InvariantCulture) : null;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Run_onABusyMachine_givesTheVerdictsOfAQuietOne()
    {
        _ = sandbox.Pool; // skips where there is none
        int problems = Problems ?? 1;
        (string Kind, string Text)[][] samples = [.. Enumerable.Range(0, problems).Select(problem => SamplesOf(problem))];
        Write(samples);
        EvaluationReport quiet = await RunAsync("quiet", Workers);
        EvaluationReport busy;
        Process[] others = [.. Enumerable.Range(0, Problems is null ? 2 : 16).Select(_ => Process.Start("python3", ["-c", "while True: pass"]))];
        try
        {
            busy = await RunAsync("busy", Workers);
        }
        finally
        {
            foreach (Process other in others)
            {
                other.Kill();
                other.Dispose();
            }
        }

        EvaluationReport crowded = await RunAsync("crowded", 2 * Workers);
        var wrong = new List<string>();
        int differing = 0;
        for (int problem = 0; problem < problems; problem++)
        {
            for (int i = 0; i < samples[problem].Length; i++)
            {
                SampleResult[] found = [.. new[] { quiet, busy, crowded }.Select(report => report.Results[problem].Samples[i])];
                string kind = samples[problem][i].Kind;
                bool differs = found.Select(result => result.Final.Reason).Distinct().Count() > 1;
                bool named = found.All(result => result.Alone is not null || !SampleResult.IsNear(result.First, Limit));
                bool mayDiffer = int.TryParse(kind, out int share) && share is >= 50 and <= 200;
                differing += differs ? 1 : 0;
                if ((differs && !mayDiffer) || !named || !IsExpected(kind, found[0].Final.Reason))
                {
                    wrong.Add($"problem {problem}, sample {i} ({kind}): {string.Join("; ", found.Select(result => result.ToString()))}");
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage(
            $"{samples.Sum(list => list.Length)} samples three times: {differing} verdicts differ, all between 50 and 200 % of the limit; "
            + $"named near the limit: {quiet.NearLimit.Count}, {busy.NearLimit.Count}, {crowded.NearLimit.Count}");
        Assert.Empty(wrong);
    }

    public void Dispose() => _folder.Dispose();

    private static bool IsExpected(string kind, Reason reason) => kind switch
    {
        "right" or "sleeping" => reason == Reason.Passed,
        "wrong" => reason == Reason.Assertion,
        _ => int.Parse(kind, CultureInfo.InvariantCulture) switch
        {
            < 50 => reason == Reason.Passed,
            > 200 => reason == Reason.TimeOut,
            _ => reason is Reason.Passed or Reason.TimeOut,
        },
    };

    // Twenty: ten that are right, five wrong, four slow, one that sleeps longer than the limit.
    private static (string Kind, string Text)[] SamplesOf(int problem) =>
    [
        .. Enumerable.Range(0, 10).Select(i => ("right", $"    return x + {problem} + {i} - {i}\n")),
        .. Enumerable.Range(1, 5).Select(i => ("wrong", $"    return x + {problem} + {i}\n")),
        .. Enumerable.Range(0, 4).Select(i => Slow[((4 * problem) + i) % Slow.Length]).Select(share => ($"{share}", Burn(problem, share))),
        ("sleeping", $"    import time\n    time.sleep({(2 * Limit).ToString(CultureInfo.InvariantCulture)})\n    return x + {problem}\n"),
    ];

    private static string Burn(int problem, int share) => string.Create(
        CultureInfo.InvariantCulture,
        $"    import time\n    end = time.process_time() + {Limit * share / 100}\n    while time.process_time() < end: pass\n    return x + {problem}\n");

    private void Write((string Kind, string Text)[][] samples)
    {
        _folder.Write("set.jsonl", string.Join('\n', Enumerable.Range(0, samples.Length).Select(i => JsonSerializer.Serialize(new
        {
            task_id = $"t/{i}", prompt = "def f(x):\n", canonical_solution = $"    return x + {i}\n", entry_point = "f",
            test = $"def check(candidate):\n    assert candidate(3) == {i + 3}\n",
        }))));
        _folder.Write("samples.jsonl", string.Join('\n', samples.SelectMany((list, i) => list.Select(sample =>
            JsonSerializer.Serialize(new { task_id = $"t/{i}", completion = sample.Text })))));
    }

    private Task<EvaluationReport> RunAsync(string name, int workers)
    {
        var request = new EvaluationRequest(
            BenchmarkSets.Find("humaneval"), _folder["set.jsonl"], _folder["samples.jsonl"], _folder[name], workers, CpuLimit: Limit);
        return new Evaluator(request, new Progress<EvaluationProgress>()).RunAsync(default);
    }
}
