using System.Diagnostics;
using System.Globalization;
using DataForge.Testing;

namespace DataForge.Benchmarks.Packages;

/// <summary>What was measured of one library.</summary>
internal sealed record ParquetFigures
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public double WriteSeconds { get; private set; }

    public double ReadSeconds { get; private set; }

    public long WritePeak { get; private set; }

    public long ReadPeak { get; private set; }

    public long FileBytes { get; private set; }

    public int Read { get; private set; }

    public int Refused { get; private set; }

    public int Other { get; private set; }

    public int Stopped { get; private set; }

    /// <summary>Measures one library.</summary>
    public static ParquetFigures Of(string name, string folder, string rows, string plain, string damaged)
    {
        bool isDuckDb = name == ParquetComparison.DuckDb;
        string file = Path.Combine(folder, name + ".parquet");
        var figures = new ParquetFigures();
        (figures.WriteSeconds, figures.WritePeak) = Measure("write");
        (figures.ReadSeconds, figures.ReadPeak) = Measure("read");
        figures.FileBytes = new FileInfo(file).Length;
        figures.ReadDamaged(damaged, first => isDuckDb ? Node("damaged", damaged, $"{first}") : Self(ParquetComparison.DamagedVerb, name, damaged, $"{first}"));
        return figures;

        (double Seconds, long Peak) Measure(string what)
        {
            using Process process = isDuckDb ? Node(what, plain, file) : Self(ParquetComparison.MeasureVerb, name, what, rows, file);
            string[] cells = process.StandardOutput.ReadToEnd().Trim().Split('\t');
            process.WaitForExit();
            return process.ExitCode == 0
                ? (double.Parse(cells[0], CultureInfo.InvariantCulture), long.Parse(cells[1], CultureInfo.InvariantCulture))
                : throw new InvalidOperationException($"{name} could not {what}");
        }
    }

    // A process that crashes or does not end is counted and started again behind the file it was reading.
    private void ReadDamaged(string folder, Func<int, Process> start)
    {
        int total = Directory.GetFiles(folder).Length;
        for (int done = 0; done < total;)
        {
            using Process process = start(done);
            while (done < total && NextLine(process) is { } outcome)
            {
                done++;
                Read += outcome == "read" ? 1 : 0;
                Refused += outcome == "refused" ? 1 : 0;
                Other += outcome.StartsWith("other", StringComparison.Ordinal) ? 1 : 0;
            }

            if (done < total)
            {
                done++;
                Stopped++;
            }

            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static string? NextLine(Process process)
    {
        Task<string?> line = process.StandardOutput.ReadLineAsync();
        return line.Wait(Patience) ? line.Result : null;
    }

    private static Process Node(params string[] arguments) => Start(
        "node", [Path.Combine(SharedFiles.ProjectRoot, "tests", "Testing", "js", "parquet-package.mjs"), .. arguments]);

    private static Process Self(params string[] arguments)
    {
        string[] self = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [Environment.ProcessPath!, typeof(ParquetFigures).Assembly.Location]
            : [Environment.ProcessPath!];
        return Start(self[0], [.. self[1..], "packages", .. arguments]);
    }

    private static Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };

        // A damaged file must not take the machine's memory: more than this is an exception.
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x80000000";
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }
}
