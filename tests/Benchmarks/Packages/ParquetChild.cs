using System.Diagnostics;
using System.Globalization;

namespace DataForge.Benchmarks.Packages;

/// <summary>One measurement in a process of its own, so that its peak memory is the library's and a file that never ends can be stopped.</summary>
internal static class ParquetChild
{
    private const int Rounds = 4;

    /// <summary><c>--measure NAME write|read ROWS FILE</c>, or <c>--damaged NAME FOLDER FIRST</c>.</summary>
    public static int Run(string[] args)
    {
        ParquetPackage package = ParquetPackage.All.Single(package => package.Name == args[1]);
        if (args[0] == ParquetComparison.MeasureVerb)
        {
            Measure(args[2] == "write" ? () => package.Write(args[4], TextRows.Read(args[3])) : () => package.Read(args[4]));
        }
        else
        {
            ReadDamaged(package, args[2], int.Parse(args[3], CultureInfo.InvariantCulture));
        }

        return 0;
    }

    private static void Measure(Action action)
    {
        using Process self = Process.GetCurrentProcess();
        double least = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            self.Refresh();
            TimeSpan before = self.UserProcessorTime;
            action();
            self.Refresh();
            least = Math.Min(least, (self.UserProcessorTime - before).TotalSeconds);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{least}\t{self.PeakWorkingSet64}"));
    }

    private static void ReadDamaged(ParquetPackage package, string folder, int first)
    {
        foreach (string file in Directory.GetFiles(folder).Order(StringComparer.Ordinal).Skip(first))
        {
            string outcome = "read";
            try
            {
                package.ReadAll(file);
            }
            catch (Exception e)
            {
                outcome = package.IsRefusal(e) ? "refused" : "other " + e.GetType().Name;
            }

            Console.WriteLine(outcome);
        }
    }
}
