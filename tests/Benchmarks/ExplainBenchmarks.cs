using System.Diagnostics;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// How long <c>explain</c> takes to answer as its users call it, a process a question: for files kept, and dropped by each rule of a run.
/// <c>explain WORKSPACE RUN [questions of a kind]</c>, default 5.
/// </summary>
internal static class ExplainBenchmarks
{
    /// <summary>Runs and prints one line a kind of file.</summary>
    public static void Run(string[] args)
    {
        Workspace workspace = Workspace.Open(args[0]);
        Corpus.Runs.Run run = Corpus.Runs.Run.Open(workspace, args[1]);
        int each = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;
        List<(string Kind, List<string> Questions)> kinds = [("kept", Kept(run, each))];
        IEnumerable<DroppedFile> dropped = Directory.EnumerateFiles(run.PathOf("dropped"), "*.parquet", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).SelectMany(DroppedShard.Read);
        kinds.AddRange(dropped.GroupBy(row => row.Rule).OrderBy(rule => rule.Key, StringComparer.Ordinal)
            .Select(rule => (rule.Key, rule.Take(each).Select(row => $"{row.Repository} {row.Path}").ToList())));

        // The first question makes the index.
        Ask(args, kinds[0].Questions[0]);
        Console.WriteLine("a process a question, milliseconds: by the clock (median, longest); of processor time (median); inside (median, longest)");
        var all = new List<(double Wall, double Processor, double Inside)>();
        foreach ((string kind, List<string> questions) in kinds)
        {
            List<(double Wall, double Processor, double Inside)> times = questions.ConvertAll(question => Ask(args, question));
            Print(kind, times);
            all.AddRange(times);
        }

        Print($"all {all.Count}", all);
    }

    private static void Print(string kind, List<(double Wall, double Processor, double Inside)> times)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{kind,-20} {Medians.Of(times.Select(time => time.Wall)),6:F0} {times.Max(time => time.Wall),6:F0}    {Medians.Of(times.Select(time => time.Processor)),6:F0}    {Medians.Of(times.Select(time => time.Inside)),6:F0} {times.Max(time => time.Inside),6:F0}"));
    }

    private static List<string> Kept(Corpus.Runs.Run run, int count)
    {
        using var shard = new CorpusShard.Reader(Directory.EnumerateFiles(run.PathOf("3-dataset/data"), "*.parquet").Order(StringComparer.Ordinal).First());
        using CorpusShard.Rows rows = shard.ReadRowGroup(0, Column.BlobId);
        return [.. Enumerable.Range(0, Math.Min(count, rows.Count)).Select(i => rows.Id(i * rows.Count / count).ToString())];
    }

    private static (double Wall, double Processor, double Inside) Ask(string[] args, string question)
    {
        string program = Path.Combine(SharedFiles.ProjectRoot, "artifacts", "bin", "Orchestrator", "release", "DataForge.Orchestrator.dll");
        ProcessFigures figures = MeasuredProcess.Run(
            new ProcessStartInfo("dotnet", [program, "explain", "--workspace", args[0], "--run", args[1], question]));
        string answered = figures.Errors.Split("answered in ")[^1].Split(' ')[0];
        return (figures.Wall, figures.Processor, double.Parse(answered, CultureInfo.InvariantCulture));
    }
}
