using System.Diagnostics;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;

namespace DataForge.Benchmarks;

/// <summary>
/// Greedy generation with the cache of keys and values beside computing the whole text anew for each token, in turns. Arguments: a model's
/// folder (default: random weights, which need the native engine), tokens (default 512), turns (default 2).
/// </summary>
internal static class GenerationBenchmarks
{
    /// <summary>Runs it.</summary>
    public static void Run(string[] args)
    {
        int tokens = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 512;
        int turns = args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 2;
        using ILanguageModel model = args.Length > 0 && args[0] != "random"
            ? LanguageModels.Open(args[0])
            : RandomModel.Create(hidden: 256, layers: 4, positions: 1024);
        int[] prompt = [1, 2, 3, 4, 5, 6, 7, 8];
        Cached(model, prompt, 16);
        Recomputed(model, prompt, 16);
        for (int turn = 0; turn < turns; turn++)
        {
            (int[] one, double cached, double cpuCached) = Timed(() => Cached(model, prompt, tokens));
            (int[] other, double recomputed, double cpuRecomputed) = Timed(() => Recomputed(model, prompt, tokens));
            int same = one.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count();
            Console.WriteLine(
                $"{tokens} tokens: {cached:F2} s with the cache, {recomputed:F2} s without: {recomputed / cached:F1} times as fast "
                + $"({cpuRecomputed / cpuCached:F1} by processor time); the first {same} tokens are the same");
        }
    }

    private static int[] Cached(ILanguageModel model, int[] prompt, int tokens)
    {
        using Generator generator = new(model);
        return generator.Generate(prompt, new GenerationOptions { MaxNewTokens = tokens, StopToken = -1 });
    }

    private static int[] Recomputed(ILanguageModel model, int[] prompt, int tokens)
    {
        using ITextState text = model.NewText();
        float[] logits = new float[model.Config.VocabSize];
        List<int> all = [.. prompt];
        for (int i = 0; i < tokens; i++)
        {
            text.Reset();
            text.Append([.. all], logits);
            all.Add(Array.IndexOf(logits, logits.Max()));
        }

        return [.. all[prompt.Length..]];
    }

    private static (int[] Tokens, double Seconds, double Cpu) Timed(Func<int[]> generate)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        int[] tokens = generate();
        return (tokens, Stopwatch.GetElapsedTime(start).TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds);
    }
}
