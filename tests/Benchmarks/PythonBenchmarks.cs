using System.Diagnostics;
using System.Text.Unicode;
using DataForge.Python;

namespace DataForge.Benchmarks;

/// <summary>
/// Speed of the Python lexer and parser over real files, in MB/s (10^6 bytes) on one core, by processor time, and what they allocate.
/// Arguments: folders with <c>*.py</c> files. Each pass runs three times after a warm-up and the best counts.
/// </summary>
public static class PythonBenchmarks
{
    private const long MostBytes = 256L << 20;
    private const int Passes = 3;

    public static void Run(string[] args)
    {
        if (args.Length == 0)
        {
            Console.WriteLine("python: name one or more folders with Python files");
            return;
        }

        byte[][] files = Load(args);
        long bytes = files.Sum(file => (long)file.Length);
        Console.WriteLine($"{files.Length:N0} files, {bytes / 1e6:F1} MB");
        Measure("UTF-8 check (floor)", files, bytes, static file => Utf8.IsValid(file) ? 1 : 0);
        Measure("lexer", files, bytes, static file => Lex(file, LexerOptions.None));
        Measure("lexer, whole f-strings", files, bytes, static file => Lex(file, LexerOptions.WholeFStrings));
        ParseFacts facts = new();
        Measure("parser with facts", files, bytes, file => PythonParser.Check(file, facts).Outcome == ParseOutcome.Valid ? 1 : 0);
        long slowest = 0;
        foreach (byte[] file in files)
        {
            long start = Stopwatch.GetTimestamp();
            PythonParser.Check(file, facts);
            slowest = Math.Max(slowest, Stopwatch.GetTimestamp() - start);
        }

        Console.WriteLine($"slowest file: {slowest * 1e3 / Stopwatch.Frequency:F2} ms");
    }

    private static long Lex(byte[] file, LexerOptions options)
    {
        PythonLexer lexer = new(file, options);
        long tokens = 0;
        while (lexer.Next())
        {
            tokens++;
        }

        return tokens;
    }

    private static void Measure(string name, byte[][] files, long bytes, Func<byte[], long> work)
    {
        using Process process = Process.GetCurrentProcess();
        double best = double.MaxValue;
        long allocated = 0;
        long sum = 0;
        for (int pass = 0; pass <= Passes; pass++)
        {
            sum = 0;
            process.Refresh();
            long before = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan start = process.TotalProcessorTime;
            foreach (byte[] file in files)
            {
                sum += work(file);
            }

            process.Refresh();
            double seconds = (process.TotalProcessorTime - start).TotalSeconds;
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            best = pass == 0 ? best : Math.Min(best, seconds);
        }

        Console.WriteLine($"{name,-26} {bytes / best / 1e6,8:F0} MB/s  {allocated,6} bytes allocated in the last pass  ({sum:N0})");
    }

    private static byte[][] Load(string[] folders)
    {
        EnumerationOptions options = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        List<string> paths = [.. folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.py", options))];
        paths.Sort(StringComparer.Ordinal);
        List<byte[]> files = [];
        long bytes = 0;
        foreach (string path in paths)
        {
            byte[] file = File.ReadAllBytes(path);
            bytes += file.Length;
            if (bytes > MostBytes)
            {
                break;
            }

            files.Add(file);
        }

        return [.. files];
    }
}
