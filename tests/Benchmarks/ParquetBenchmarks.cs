using System.Diagnostics;
using DataForge.Parquet;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// How fast Python files go into and out of Parquet with zstd level 3, on one thread, beside DuckDB's COPY and read of the same rows.
/// Arguments: a folder of Python files (default /usr/lib/python3), and how many MB of them to take (default 200).
/// </summary>
/// <remarks>
/// MB are 10^6 bytes of file content. "MB/s of CPU" divides by the CPU time used, which other work on the machine disturbs less
/// than wall time. The best of some rounds counts.
/// </remarks>
public static class ParquetBenchmarks
{
    private const int Rounds = 5;

    private static readonly ParquetSchema Schema = new(
        new("path", ParquetType.String), new("size", ParquetType.Int64), new("content", ParquetType.String));

    public static int Run(string[] args)
    {
        string folder = args.Length > 0 ? args[0] : "/usr/lib/python3";
        long limit = (args.Length > 1 ? long.Parse(args[1]) : 200) * 1_000_000;
        List<(string Path, byte[] Content)> files = Load(folder, limit);
        double megabytes = files.Sum(file => (long)file.Content.Length) / 1e6;
        if (files.Count == 0)
        {
            Console.Error.WriteLine($"no Python files in {folder}");
            return 1;
        }

        Console.WriteLine($"{files.Count:N0} Python files, {megabytes:F1} MB, from {folder}");
        string temporary = Directory.CreateTempSubdirectory("dataforge-parquet-bench-").FullName;
        try
        {
            string file = Path.Combine(temporary, "ours.parquet");
            Report("write, DataForge", megabytes, Measure(() => Write(file, files, ParquetCodec.Zstd)));
            Report("read, DataForge", megabytes, Measure(() => Read(file, megabytes)));
            Console.WriteLine($"size, DataForge: {new FileInfo(file).Length / 1e6:F1} MB");
            MeasureDuckDb(temporary, files, megabytes);
            Console.WriteLine($"peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB, of which the files themselves {megabytes:F0} MB");
            return 0;
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static List<(string Path, byte[] Content)> Load(string folder, long limit)
    {
        List<(string, byte[])> files = [];
        long bytes = 0;
        foreach (string path in Directory.EnumerateFiles(folder, "*.py", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            byte[] content = bytes < limit ? File.ReadAllBytes(path) : [];
            bytes += content.Length;
            if (content.Length > 0 && System.Text.Unicode.Utf8.IsValid(content))
            {
                files.Add((path, content));
            }
        }

        return files;
    }

    private static void Write(string file, List<(string Path, byte[] Content)> files, ParquetCodec codec)
    {
        using FileStream stream = File.Create(file);
        using ParquetWriter writer = new(stream, Schema, new() { Codec = codec });
        foreach ((string path, byte[] content) in files)
        {
            writer.AppendString(0, path);
            writer.AppendInt64(1, content.Length);
            writer.AppendBinary(2, content);
            writer.EndRow();
        }

        writer.Close();
    }

    private static void Read(string file, double megabytes)
    {
        using ParquetReader reader = ParquetReader.Open(file);
        long bytes = 0;
        long sizes = 0;
        long names = 0;
        for (int index = 0; index < reader.RowGroupCount; index++)
        {
            using ParquetRowGroup group = reader.ReadRowGroup(index);
            BinaryColumn paths = group.Binary("path");
            BinaryColumn contents = group.Binary("content");
            Int64Column lengths = group.Int64("size");
            for (int row = 0; row < group.RowCount; row++)
            {
                bytes += contents[row].Length;
                names += paths[row].Length;
                sizes += lengths[row];
            }
        }

        if (names == 0 || bytes != sizes || bytes / 1e6 != megabytes)
        {
            throw new InvalidOperationException("the file does not hold what was written");
        }
    }

    private static void MeasureDuckDb(string temporary, List<(string Path, byte[] Content)> files, double megabytes)
    {
        if (NodeReaders.Missing is { } missing)
        {
            Console.WriteLine($"DuckDB was not measured: {missing}");
            return;
        }

        string plain = Path.Combine(temporary, "plain.parquet");
        string output = Path.Combine(temporary, "duckdb.parquet");
        Write(plain, files, ParquetCodec.None);
        string[][] rounds = [.. NodeReaders.Run("parquet-bench.mjs", [plain, output, Rounds.ToString()]).Select(line => line.Split('\t'))];
        foreach (string name in (string[])["write", "read"])
        {
            string[][] mine = [.. rounds.Where(round => round[0] == name)];
            Report($"{name}, DuckDB", megabytes, (mine.Min(round => double.Parse(round[1])), mine.Min(round => double.Parse(round[2]))));
        }

        Console.WriteLine($"size, DuckDB: {new FileInfo(output).Length / 1e6:F1} MB");
    }

    /// <summary>Least wall and CPU seconds of a round.</summary>
    private static (double Wall, double Cpu) Measure(Action action)
    {
        (double wall, double cpu) = (double.MaxValue, double.MaxValue);
        using Process self = Process.GetCurrentProcess();
        for (int round = 0; round <= Rounds; round++)
        {
            self.Refresh();
            TimeSpan before = self.TotalProcessorTime;
            long start = Stopwatch.GetTimestamp();
            action();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            self.Refresh();
            wall = Math.Min(wall, seconds);
            cpu = Math.Min(cpu, (self.TotalProcessorTime - before).TotalSeconds);
        }

        return (wall, cpu);
    }

    private static void Report(string what, double megabytes, (double Wall, double Cpu) least) =>
        Console.WriteLine($"{what,-18} {megabytes / least.Wall,7:F0} MB/s of wall time  {megabytes / least.Cpu,7:F0} MB/s of CPU time");
}
