using System.Diagnostics;
using System.Globalization;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// Greedy generation with the cache of keys and values, beside computing the whole text anew for each token, and beside the same written
/// plainly in Python's torch (<c>generation/plain_generation.py</c>; left out where no Python has torch), in turns. Arguments: a model's
/// folder, or <c>random</c> (the default; it needs the native engine), tokens (default 512), turns (default 2), hidden size and layers of
/// the random model (default 256 and 4).
/// </summary>
internal static class GenerationBenchmarks
{
    private static readonly int[] Prompt = [1, 2, 3, 4, 5, 6, 7, 8];

    /// <summary>Runs it.</summary>
    public static void Run(string[] args)
    {
        int tokens = Number(args, 1, 512), turns = Number(args, 2, 2);
        bool isRandom = args.Length == 0 || args[0] == "random";
        using ILanguageModel model = isRandom
            ? RandomModel.Create(hidden: Number(args, 3, 256), layers: Number(args, 4, 4), positions: 1024)
            : LanguageModels.Open(args[0]);
        using var folder = new TemporaryFolder();
        if (isRandom)
        {
            GptNeoWeights.SaveFolder(model.Config, model.Weights, folder.Path);
        }

        IReadOnlyList<(int Threads, Process Process)> pythons = StartPythons(isRandom ? folder.Path : args[0], tokens);
        Cached(model, 16);
        Recomputed(model, 16);
        for (int turn = 0; turn < turns; turn++)
        {
            Timing cached = Timed(() => Cached(model, tokens));
            Timing recomputed = Timed(() => Recomputed(model, tokens));
            Console.WriteLine(
                $"{tokens} tokens: {cached.Seconds:F2} s with the cache, {recomputed.Seconds:F2} s without: "
                + $"{Compared(recomputed, cached)}");
            foreach ((int threads, Process python) in pythons)
            {
                Timing torch = Of(python);
                Console.WriteLine(
                    $"{tokens} tokens: {torch.Seconds:F2} s in Python's torch, threads: {threads}: {Compared(torch, cached)}");
            }
        }

        foreach ((_, Process python) in pythons)
        {
            python.StandardInput.Close();
            python.WaitForExit();
            python.Dispose();
        }
    }

    private static int Number(string[] args, int at, int otherwise) =>
        args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;

    private static string Compared(Timing other, Timing ours)
    {
        int same = other.Tokens.Zip(ours.Tokens).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"{other.Seconds / ours.Seconds:F2} times as fast ({other.Cpu / ours.Cpu:F2} by processor time); the first {same} tokens are the same";
    }

    private static int[] Cached(ILanguageModel model, int tokens)
    {
        using Generator generator = new(model);
        return generator.Generate(Prompt, new GenerationOptions { MaxNewTokens = tokens, StopToken = -1 });
    }

    private static int[] Recomputed(ILanguageModel model, int tokens)
    {
        using ITextState text = model.NewText();
        float[] logits = new float[model.Config.VocabSize];
        List<int> all = [.. Prompt];
        for (int i = 0; i < tokens; i++)
        {
            text.Reset();
            text.Append([.. all], logits);
            all.Add(Array.IndexOf(logits, logits.Max()));
        }

        return [.. all[Prompt.Length..]];
    }

    private static Timing Timed(Func<int[]> generate)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        int[] tokens = generate();
        return new Timing(
            tokens, Stopwatch.GetElapsedTime(start).TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds);
    }

    // With one thread, which is the fastest for small models, and with all.
    private static IReadOnlyList<(int Threads, Process Process)> StartPythons(string folder, int tokens)
    {
        if (TorchPython.Find() is { } python)
        {
            return [.. new[] { 1, Environment.ProcessorCount }.Distinct().Select(threads => (threads, Start(python, folder, tokens, threads)))];
        }

        Console.WriteLine("no python3 here has torch (python3-torch): it is left out");
        return [];
    }

    private static Process Start(string python, string folder, int tokens, int threads)
    {
        string script = Path.Combine(SharedFiles.ProjectRoot, "tests", "Benchmarks", "generation", "plain_generation.py");
        string[] prompt = [.. Prompt.Select(token => token.ToString(CultureInfo.InvariantCulture))];
        var start = new ProcessStartInfo(python, [script, folder, $"{tokens}", $"{threads}", .. prompt])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        return process.StandardOutput.ReadLine() == "ready"
            ? process
            : throw new InvalidOperationException("the Python script ended before it was ready");
    }

    private static Timing Of(Process python)
    {
        python.StandardInput.WriteLine();
        string[] parts = python.StandardOutput.ReadLine()!.Split(' ');
        double[] times = [.. parts[..2].Select(part => double.Parse(part, CultureInfo.InvariantCulture))];
        return new Timing([.. parts[2..].Select(part => int.Parse(part, CultureInfo.InvariantCulture))], times[0], times[1]);
    }

    private sealed record Timing(int[] Tokens, double Seconds, double Cpu);
}
