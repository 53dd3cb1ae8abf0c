using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using DataForge.ModelServer;
using DataForge.Pretrain.Generation;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Generation;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Benchmarks;

/// <summary>
/// The completion server's throughput: tokens a second of one client and of 16, in turns on one server. Arguments: a model's folder (default:
/// a model of 20 million random weights, which needs the native engine), and seconds of each turn (default 10).
/// </summary>
internal static class ServerBenchmarks
{
    private const int Clients = 16, Turns = 3, TokensOfAText = 64, PromptBytes = 64;

    /// <summary>Runs it.</summary>
    public static void Run(string[] args)
    {
        double seconds = args.Length > 1 ? double.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 10;
        using ILanguageModel model = args.Length > 0 && args[0] != "random" ? LanguageModels.Open(args[0]) : RandomModel.Create(hidden: 512, layers: 6, positions: 512);
        BpeVocabulary vocabulary = args.Length > 0 && args[0] != "random"
            ? TokenizerReader.ReadFolder(args[0])
            : ByteVocabulary.OfSize(model.Config.VocabSize);
        MeasureAsync(model, vocabulary, seconds).GetAwaiter().GetResult();
    }

    private static async Task MeasureAsync(ILanguageModel model, BpeVocabulary vocabulary, double seconds)
    {
        var settings = new ServerSettings("model") { Port = 0, Batch = Clients };
        await using CompletionServer server = await CompletionServer.StartAsync(
            model, vocabulary, settings, Console.Error.WriteLine, TimeProvider.System);
        using var client = new HttpClient { BaseAddress = server.Address, Timeout = Timeout.InfiniteTimeSpan };
        await LoadAsync(client, Clients, 1); // the first calls compile the code
        List<double> ratios = [];
        for (int turn = 0; turn < Turns; turn++)
        {
            (double one, double cpuOne) = await LoadAsync(client, 1, seconds);
            (double many, double cpuMany) = await LoadAsync(client, Clients, seconds);
            ratios.Add(many / one);
            Console.WriteLine(
                $"1 client {one:F1} tokens/s ({1000 * cpuOne:F2} ms of processor time a token), {Clients} clients {many:F1} tokens/s "
                + $"({1000 * cpuMany:F2} ms): {many / one:F2} times, {cpuOne / cpuMany:F2} by processor time");
        }

        ratios.Sort();
        Console.WriteLine($"{Clients} clients have {ratios[Turns / 2]:F2} times the throughput of one (median of {Turns} turns)");
    }

    // Each client sends its next request when it has the last answer.
    private static async Task<(double TokensPerSecond, double CpuPerToken)> LoadAsync(HttpClient client, int clients, double seconds)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        int[] tokens = await Task.WhenAll(Enumerable.Range(0, clients).Select(async number =>
        {
            int received = 0;
            for (int i = 0; Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; i++)
            {
                using HttpResponseMessage response = await client.PostAsJsonAsync("/v1/completions", new
                {
                    prompt = new string((char)('a' + ((number + i) % 26)), PromptBytes), max_tokens = TokensOfAText, temperature = 1, seed = number + i,
                });
                JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>();
                received += answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32();
            }

            return received;
        }));
        int all = Math.Max(1, tokens.Sum());
        return (all / Stopwatch.GetElapsedTime(start).TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds / all);
    }
}
