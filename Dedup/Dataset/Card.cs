using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataForge.Parquet;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Dedup.Auditing;

namespace DataForge.Dedup.Dataset;

/// <summary>
/// The dataset card (<c>3-dataset/README.md</c>): what the dataset is, how it came about and what it is not. Figures are those of
/// <see cref="DatasetFigures"/>; nothing of the machine, the run's name or the time stands in it.
/// </summary>
internal static class Card
{
    private const int MostLicenses = 30;

    /// <summary>The card's text.</summary>
    /// <param name="figures">What is told.</param>
    /// <param name="settings">The cleaner's settings (<see cref="CleanSettings"/>).</param>
    /// <param name="options">The stage's options.</param>
    /// <param name="notice">The attribution beside it.</param>
    /// <param name="schema">The shards' columns; null where there is no shard.</param>
    public static string Write(DatasetFigures figures, string settings, DedupOptions options, CardNotice notice, ParquetSchema? schema)
    {
        var card = new StringBuilder();
        CardHeader.Append(card, figures, schema);
        DatasetSize size = figures.Dataset;
        card.Append("\n# Python source files\n\n");
        Line(card, $"{N(size.Files)} distinct Python files ({N(size.Bytes)} source bytes) of {N(size.Repositories)} repositories, found at {N(size.Occurrences)} places, each with its licence and where it comes from; built with DataForge.");
        card.Append("Files without a licence that passes, files that fail a rule, and near duplicates of a kept file are left out; `dropped/` of the build says of each why.\n");
        Funnel(card, figures);
        Rules(card, figures, settings);
        Duplicates(card, figures, options);
        card.Append("\n## Licences\n\n| licence | files |\n| --- | ---: |\n");
        Rows(card, figures.Licenses.Take(MostLicenses).Select(license => (license.Name, N(license.Files))));
        if (figures.Licenses.Count > MostLicenses)
        {
            Line(card, $"| {figures.Licenses.Count - MostLicenses} more | {N(figures.Licenses.Skip(MostLicenses).Sum(license => license.Files))} |");
        }

        card.Append("\n| class of licence | files |\n| --- | ---: |\n");
        Rows(card, figures.LicenseClasses.Select(license => (license.Name, N(license.Files))));
        Line(card, $"\nEach file's licence, how it was found and its copyright lines stand in its row; `NOTICE` names {N(notice.Repositories)} repositories with {N(notice.Lines)} copyright lines, verbatim. Whoever passes files on has to keep these notices.");
        card.Append("\n## Sizes\n\n| source bytes | files |\n| --- | ---: |\n");
        Rows(card, figures.Sizes.Select(bound => (SizeName(bound.Name), N(bound.Files))));
        card.Append("\n## Repositories with the most bytes\n\n| repository | files | source bytes |\n| --- | ---: | ---: |\n");
        foreach (RepositoryFigure repository in figures.TopRepositories)
        {
            Line(card, $"| {Cell(repository.Name)} | {N(repository.Files)} | {N(repository.Bytes)} |");
        }

        Limits(card);
        return card.ToString();
    }

    /// <summary>
    /// The cleaner's settings as the run's options have them, as JSON: those that were given, without files of this machine. Empty where the run has none.
    /// </summary>
    public static string CleanSettings(Run run)
    {
        if (!File.Exists(run.ConfigFile) || JsonNode.Parse(File.ReadAllBytes(run.ConfigFile))?["Clean"] is not JsonObject clean)
        {
            return "";
        }

        clean.Remove("OptOutFile");
        foreach (string unset in clean.Where(pair => pair.Value is null).Select(pair => pair.Key).ToList())
        {
            clean.Remove(unset);
        }

        return JsonSerializer.Serialize(clean, CanonicalJson.Options);
    }

    /// <summary>The columns of the dataset's shards; null where there is no shard.</summary>
    public static ParquetSchema? SchemaOf(Run run)
    {
        if (DatasetFigures.ShardsOf(run).FirstOrDefault() is not { } first)
        {
            return null;
        }

        using var reader = new TableReader(run.PathOf(first.Path), Table.Corpus, Table.CorpusV1);
        return reader.Table.Schema;
    }

    private static void Funnel(StringBuilder card, DatasetFigures figures)
    {
        card.Append("\n## From occurrences to the dataset\n\n");
        Line(card, $"{N(figures.RepositoriesRead)} repositories were read.\n");
        card.Append("| step | count | source bytes |\n| --- | ---: | ---: |\n");
        foreach (FunnelFigure step in figures.Funnel)
        {
            Line(card, $"| {step.Name} | {N(step.Count)} | {(step.Bytes is { } bytes ? N(bytes) : "")} |");
        }
    }

    private static void Rules(StringBuilder card, DatasetFigures figures, string settings)
    {
        card.Append("\n## Rules\n\nThe rules that applied, with what files were held against, and what left by each:\n\n| stage | rule | threshold | occurrences | contents |\n| --- | --- | --- | ---: | ---: |\n");
        foreach (RuleFigure rule in figures.Rules)
        {
            Line(card, $"| {rule.Stage} | {rule.Rule} | {Cell(string.Join("; ", rule.Thresholds))} | {N(rule.Occurrences)} | {N(rule.Contents)} |");
        }

        if (settings.Length > 0)
        {
            card.Append("\nThe cleaner's settings; what is not named is as the preset has it:\n\n```json\n").Append(settings).Append("\n```\n");
        }
    }

    private static void Duplicates(StringBuilder card, DatasetFigures figures, DedupOptions options)
    {
        DuplicateFigures found = figures.Duplicates;
        card.Append("\n## Duplicates\n\n");
        Line(card, $"A file leaves where a kept file before it has a Jaccard similarity of at least {options.Threshold} over shingles of {options.ShingleTokens} tokens ({options.Shingles.ToString().ToLowerInvariant()}); comments and white space of code do not count. Every similarity is exact: signatures only find candidates.");
        Line(card, $"{N(found.Exact)} exact and {N(found.Near)} near duplicates left. {N(found.Clusters)} groups of near duplicates hold {N(found.ClusteredFiles)} files, the largest {N(found.LargestCluster)}.");
        if (figures.Base is { } earlier)
        {
            Line(card, $"\nThe build adds to an earlier one, whose dataset of {N(earlier.Files)} files comes before all files of this one and is not repeated here: {N(earlier.Twins)} of the duplicates that left have their kept twin there. No two files of both datasets together are near duplicates, but for what signatures miss.");
        }

        if (figures.Audit is { } audit)
        {
            card.Append("\nThe build's own audit compared a sample with all files, by brute force:\n\n| measure | share | 95 % interval | of |\n| --- | ---: | --- | ---: |\n");
            Measure(card, "recall: pairs at or above the threshold that were found", audit.PairsFound);
            Measure(card, "sampled files of which no pair was missed", audit.FilesWithoutMiss);
            Measure(card, "precision: dropped files whose kept twin is as similar as stated", audit.DropsConfirmed);
            Measure(card, "kept files without a kept near duplicate", audit.KeptWithoutTwin);
            Line(card, $"\n{N(audit.SampledFiles)} of {N(audit.Files)} files were sampled.");
            if (audit.Base is { } compared)
            {
                Line(card, $"Of the earlier dataset's {N(compared.Files)} files, {N(compared.Compared)} drawn by seed took part in the comparison.");
            }
        }
        else
        {
            card.Append("\nNo audit was made of this build, so recall and precision are not known.\n");
        }
    }

    private static void Limits(StringBuilder card) => card.Append(
        """

        ## Known limits

        - Licences are found by machine: from licence files and package metadata, headers in files, and what the forge says. They can be wrong, and are no legal advice.
        - The repository named is the best of those a file was found in; it need not be where the file was first written.
        - Files may hold names, e-mail addresses, keys, or offensive words, as their authors published them.
        - Code is as it was published: it may be wrong, insecure or outdated, and it is not tested.
        - Duplicates are found between whole files; functions copied from one file into another stay.

        """);

    private static void Measure(StringBuilder card, string name, Proportion share) =>
        Line(card, $"| {name} | {share.Share:0.######} | {share.Low:0.######} to {share.High:0.######} | {N(share.Of)} |");

    private static void Rows(StringBuilder card, IEnumerable<(string Name, string Value)> rows)
    {
        foreach ((string name, string value) in rows)
        {
            Line(card, $"| {Cell(name)} | {value} |");
        }
    }

    private static string SizeName(string bound) => long.TryParse(bound, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? $"below {N(bytes)}" : bound;

    // A '|' would end the cell, a line break the row.
    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static void Line(StringBuilder card, FormattableString line) => card.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
