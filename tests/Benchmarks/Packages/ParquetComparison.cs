using System.Globalization;
using DataForge.Parquet;
using DataForge.Testing;

namespace DataForge.Benchmarks.Packages;

/// <summary>
/// The project's own Parquet beside Parquet.Net, ParquetSharp and DuckDB, on one thread each: MB of text a second of user processor time
/// (the best of four rounds), peak memory of the process, and what each makes of files with one byte flipped.
/// </summary>
internal static class ParquetComparison
{
    public const string MeasureVerb = "--measure";
    public const string DamagedVerb = "--damaged";
    public const string DuckDb = "DuckDB";

    private const long DefaultMegabytes = 40;
    private const int DefaultDamaged = 300;

    public static int Run(string[] args)
    {
        IEnumerable<string> files = args.Length > 0
            ? Directory.EnumerateFiles(args[0], "*.py", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            : RealPython.Files();
        long limit = args.Length > 1 ? long.Parse(args[1], CultureInfo.InvariantCulture) : DefaultMegabytes;
        int damaged = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : DefaultDamaged;
        string folder = Directory.CreateTempSubdirectory("dataforge-packages-").FullName;
        try
        {
            string rows = Path.Combine(folder, "rows");
            double megabytes = TextRows.Write(rows, files, limit * 1_000_000) / 1e6;
            if (megabytes == 0)
            {
                Console.Error.WriteLine("dataforge: there is no Python code to write: name a folder.");
                return 2;
            }

            Compare(folder, rows, megabytes, damaged);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(string folder, string rows, double megabytes, int damaged)
    {
        List<string> names = [.. ParquetPackage.All.Select(package => package.Name)];
        if (NodeReaders.Missing is { } missing)
        {
            Console.WriteLine($"{DuckDb} is left out: {missing}.");
        }
        else
        {
            names.Add(DuckDb);
        }

        string plain = Path.Combine(folder, "plain.parquet");
        OwnParquet.Write(plain, TextRows.Read(rows), ParquetCodec.None);
        string broken = DamagedFiles.Write(Path.Combine(folder, "damaged"), damaged, out string originals);
        List<ParquetFigures> found = [.. names.Select(name => ParquetFigures.Of(name, folder, rows, plain, broken))];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Parquet: {megabytes:F0} MB of Python, zstd level 3, row groups of 16 MiB"));
        Console.WriteLine(Line("", names));
        Print("write, MB/s of user time", figures => $"{megabytes / figures.WriteSeconds:F0}");
        Print("read, MB/s of user time", figures => $"{megabytes / figures.ReadSeconds:F0}");
        Print("peak memory, write, MiB", figures => $"{figures.WritePeak >> 20}");
        Print("peak memory, read, MiB", figures => $"{figures.ReadPeak >> 20}");
        Print("size of the file, MB", figures => string.Create(CultureInfo.InvariantCulture, $"{figures.FileBytes / 1e6:F1}"));
        Console.WriteLine($"One byte flipped in {originals}:");
        Print("  read", figures => $"{figures.Read}");
        Print("  refused", figures => $"{figures.Refused}");
        Print("  exceptions not its own", figures => $"{figures.Other}");
        Print("  no end in 10 s, or crashed", figures => $"{figures.Stopped}");

        void Print(string what, Func<ParquetFigures, string> figure) => Console.WriteLine(Line(what, found.Select(figure)));
    }

    private static string Line(string what, IEnumerable<string> cells) => $"{what,-28}" + string.Concat(cells.Select(cell => $"{cell,13}"));
}
