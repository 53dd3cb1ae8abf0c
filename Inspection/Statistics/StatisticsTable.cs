using System.Globalization;
using DataForge.Dedup.Auditing;
using DataForge.Dedup.Dataset;

namespace DataForge.Inspection.Statistics;

/// <summary>Prints the figures of a run as aligned text.</summary>
internal static class StatisticsTable
{
    private const int MaxNamed = 20;
    private const int MaxNameWidth = 60;
    private const int MaxCellWidth = 15;

    /// <summary>Writes the tables.</summary>
    public static void Write(RunStatistics statistics, TextWriter output)
    {
        DatasetFigures figures = statistics.Figures;
        DatasetSize dataset = figures.Dataset;
        if (dataset.Shards == 0)
        {
            output.WriteLine($"{statistics.Run}: no dataset, because dedup has not run yet or no file was left for it");
        }
        else
        {
            string shards = dataset.Shards == 1 ? "shard" : "shards";
            output.WriteLine(
                $"{statistics.Run}: {N(dataset.Files)} files of {N(dataset.Repositories)} repositories, {N(dataset.Bytes)} source bytes");
            output.WriteLine($"in {N(dataset.Shards)} {shards} of {N(dataset.ShardBytes)} bytes");
        }

        Table(output, "from occurrences to the dataset (count, source bytes)", figures.Funnel.Select(
            step => (step.Name, new[] { N(step.Count), step.Bytes is { } bytes ? N(bytes) : "" })));
        Table(output, "dropped (occurrences, contents, threshold)", figures.Rules.Select(
            rule => ($"{rule.Stage} {rule.Rule}", new[] { N(rule.Occurrences), N(rule.Contents), string.Join("; ", rule.Thresholds) })));
        Table(output, "licences (files)", Named(figures.Licenses));
        Table(output, "classes of licences (files)", Named(figures.LicenseClasses));
        Table(output, "source bytes, below (files)", figures.Sizes.Select(size => (size.Name.TrimStart('0'), new[] { N(size.Files) })));
        if (dataset.Shards > 0)
        {
            DuplicateFigures duplicates = figures.Duplicates;
            Table(output, "duplicates (files)",
            [
                ("exact, dropped", [N(duplicates.Exact)]),
                ("near, dropped", [N(duplicates.Near)]),
                ("groups of near duplicates", [N(duplicates.Clusters)]),
                ("files in groups", [N(duplicates.ClusteredFiles)]),
                ("files in the largest group", [N(duplicates.LargestCluster)]),
            ]);
        }

        Table(output, "near duplicates dropped, by Jaccard similarity with the kept twin (files)", Named(statistics.Jaccard));
        if (figures.Audit is { } audit)
        {
            Table(output, $"audit of {N(audit.SampledFiles)} files (share, 95 % interval)",
            [
                ("recall", Share(audit.PairsFound)),
                ("precision", Share(audit.DropsConfirmed)),
                ("kept files without a kept twin", Share(audit.KeptWithoutTwin)),
            ]);
        }

        Table(output, "repositories with the most bytes (files, source bytes)", figures.TopRepositories.Select(
            repository => (repository.Name, new[] { N(repository.Files), N(repository.Bytes) })));
        if (statistics.Tokens is { } tokens)
        {
            Table(output, "tokens (tokens, documents)",
            [
                ("to train on", [N(tokens.Training), N(tokens.TrainingDocuments)]),
                ("to validate with", [N(tokens.Validation), N(tokens.ValidationDocuments)]),
            ]);
        }
    }

    private static IEnumerable<(string, string[])> Named(IReadOnlyList<NamedFigure> figures)
    {
        IEnumerable<(string, string[])> rows = figures.Take(MaxNamed).Select(figure => (figure.Name, new[] { N(figure.Files) }));
        long others = figures.Skip(MaxNamed).Sum(figure => figure.Files);
        return figures.Count > MaxNamed ? rows.Append(($"{figures.Count - MaxNamed} more", [N(others)])) : rows;
    }

    // A table without rows is left out. A long name or cell moves only its own row, so that the rest fits a terminal of 80 columns.
    private static void Table(TextWriter output, string title, IEnumerable<(string Name, string[] Cells)> rows)
    {
        List<(string Name, string[] Cells)> all = [.. rows];
        if (all.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine(title);
        int name = Math.Min(MaxNameWidth, all.Max(row => row.Name.Length));
        int[] widths = [.. Enumerable.Range(0, all[0].Cells.Length).Select(
            column => Math.Min(MaxCellWidth, all.Max(row => row.Cells[column].Length)))];
        foreach ((string label, string[] cells) in all)
        {
            IEnumerable<string> padded = cells.Select((cell, column) => "  " + cell.PadLeft(widths[column]));
            output.WriteLine($"  {label.PadRight(name)}{string.Concat(padded)}".TrimEnd());
        }
    }

    private static string[] Share(Proportion share) =>
    [
        share.Share.ToString("0.######", CultureInfo.InvariantCulture),
        string.Create(CultureInfo.InvariantCulture, $"{share.Low:0.####} to {share.High:0.####}"),
    ];

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
