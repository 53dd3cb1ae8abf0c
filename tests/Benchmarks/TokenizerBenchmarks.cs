using System.Diagnostics;
using System.Globalization;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Benchmarks;

/// <summary>
/// Trains a vocabulary on the Python files under some folders and encodes part of them with it.
/// <c>tokenizer FOLDER… [--form gpt2|code] [--vocabulary 32000] [--workers 2] [--out FOLDER]</c>
/// </summary>
public static class TokenizerBenchmarks
{
    private const int EncodedSample = 64 << 20;   // bytes

    /// <summary>Runs it; prints one line a phase. Returns the exit code.</summary>
    public static int Run(string[] args)
    {
        List<string> folders = [];
        PreTokenization form = PreTokenization.Gpt2;
        int vocabularySize = 32_000, workers = Environment.ProcessorCount;
        string? output = null;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--form": form = Enum.Parse<PreTokenization>(args[++i], ignoreCase: true); break;
                case "--vocabulary": vocabularySize = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--workers": workers = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--out": output = args[++i]; break;
                default: folders.Add(args[i]); break;
            }
        }

        string[] files = [.. folders.SelectMany(folder => Directory.EnumerateFiles(
            folder, "*.py", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))];
        if (files.Length == 0)
        {
            Console.Error.WriteLine("usage: tokenizer FOLDER… [--form gpt2|code] [--vocabulary 32000] [--workers 2] [--out FOLDER]");
            return 2;
        }

        Array.Sort(files, StringComparer.Ordinal);
        BpeVocabulary vocabulary = Train(files, form, vocabularySize, workers);
        if (output is not null)
        {
            TokenizerFiles.Write(vocabulary, output, modelMaxLength: 1024);
        }

        Encode(files, vocabulary);
        return 0;
    }

    private static BpeVocabulary Train(string[] files, PreTokenization form, int size, int workers)
    {
        Stopwatch clock = Stopwatch.StartNew();
        PreTokenCounter[] counters = [.. Enumerable.Range(0, workers).Select(_ => new PreTokenCounter(form))];
        int next = -1;
        Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, worker =>
        {
            for (int file; (file = Interlocked.Increment(ref next)) < files.Length;)
            {
                counters[worker].Count(File.ReadAllBytes(files[file]));
            }
        });
        for (int worker = 1; worker < workers; worker++)
        {
            counters[0].Merge(counters[worker]);
        }

        double counted = clock.Elapsed.TotalSeconds;
        BpeVocabulary vocabulary = BpeTrainer.Train(counters[0], new BpeTrainerOptions { VocabularySize = size });
        double whole = clock.Elapsed.TotalSeconds;
        double peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"train   {form}: {files.Length} files, {counters[0].Bytes / 1e6:F1} MB, {counters[0].Distinct} distinct pre-tokens, "
            + $"{counters[0].LongPreTokens} too long; {vocabulary.Count} tokens; {workers} workers: "
            + $"count {counted:F1} s + merge {whole - counted:F1} s = {whole:F1} s; peak {peak:F0} MB"));
        return vocabulary;
    }

    private static void Encode(string[] files, BpeVocabulary vocabulary)
    {
        List<byte[]> documents = [];
        long total = 0;
        // Spread over the whole list, so that no one project's habits are measured.
        int stride = Math.Max(1, files.Length / 8000);
        for (int i = 0; i < files.Length && total < EncodedSample; i += stride)
        {
            documents.Add(File.ReadAllBytes(files[i]));
            total += documents[^1].Length;
        }

        BpeEncoder encoder = new(vocabulary);
        ushort[] ids = new ushort[documents.Max(document => document.Length)];
        for (int round = 1; round <= 3; round++)
        {
            Stopwatch clock = Stopwatch.StartNew();
            long tokens = 0;
            foreach (byte[] document in documents)
            {
                tokens += encoder.Encode(document, ids);
            }

            double seconds = clock.Elapsed.TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"encode  round {round}: {total / 1e6:F1} MB, {tokens} tokens ({(double)total / tokens:F3} bytes a token), "
                + $"{total / 1e6 / seconds:F1} MB/s on one core"));
        }
    }
}
