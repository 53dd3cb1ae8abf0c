using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Auditing;
using DataForge.Parquet;

namespace DataForge.Dedup.Dataset;

/// <summary>
/// The dataset card (<c>3-dataset/README.md</c>): what the dataset is, how it was built and what its limits are. All figures are those of
/// <see cref="DatasetFigures"/>; the card does not depend on the machine, the run's name or the time.
/// </summary>
internal static class Card
{
    // Licences in the card's table; the others are summed up in one line.
    private const int MaxLicenses = 30;

    /// <summary>The card's text.</summary>
    /// <param name="figures">The figures.</param>
    /// <param name="settings">The cleaner's settings (<see cref="CleanSettings"/>).</param>
    /// <param name="options">The stage's options.</param>
    /// <param name="notice">The attribution in the file beside it.</param>
    /// <param name="schema">The shards' columns; null if there is no shard.</param>
    public static string Write(DatasetFigures figures, string settings, DedupOptions options, CardNotice notice, ParquetSchema? schema)
    {
        var card = new StringBuilder();
        CardHeader.Append(card, figures, schema);
        DatasetSize size = figures.Dataset;
        card.Append("\n# Python source files\n\n");
        card.Append(
            CultureInfo.InvariantCulture,
            $"{N(size.Files)} distinct Python files ({N(size.Bytes)} source bytes) of {N(size.Repositories)} repositories, "
            + $"found at {N(size.Occurrences)} places, each with its licence and its origin; built with DataForge.").Append('\n');
        card.Append("Files without an accepted licence, files that a rule drops, and near duplicates of a kept file are left out; ");
        card.Append("the build's `dropped/` folder has the reason for each.\n");
        Funnel(card, figures);
        Rules(card, figures, settings);
        Duplicates(card, figures, options);
        card.Append("\n## Licences\n\n| licence | files |\n| --- | ---: |\n");
        Rows(card, figures.Licenses.Take(MaxLicenses).Select(license => (license.Name, N(license.Files))));
        if (figures.Licenses.Count > MaxLicenses)
        {
            long others = figures.Licenses.Skip(MaxLicenses).Sum(license => license.Files);
            Line(card, $"| {figures.Licenses.Count - MaxLicenses} more | {N(others)} |");
        }

        card.Append("\n| class of licence | files |\n| --- | ---: |\n");
        Rows(card, figures.LicenseClasses.Select(license => (license.Name, N(license.Files))));
        card.Append(
            CultureInfo.InvariantCulture,
            $"\nThe row of each file has its licence, how the licence was found, and its copyright lines. "
            + $"`NOTICE` lists {N(notice.Repositories)} repositories with {N(notice.Lines)} copyright lines, verbatim. "
            + $"These notices must be kept when files are passed on.").Append('\n');
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
    /// The cleaner's settings in the run's options, as JSON: those that were given, without paths of this machine. Empty where the run has
    /// none.
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

    /// <summary>The columns of the dataset's shards; null if there is no shard.</summary>
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
        card.Append("\n## Rules\n\nThe rules that applied, their thresholds, and what each dropped:\n\n");
        card.Append("| stage | rule | threshold | occurrences | contents |\n| --- | --- | --- | ---: | ---: |\n");
        foreach (RuleFigure rule in figures.Rules)
        {
            string thresholds = Cell(string.Join("; ", rule.Thresholds));
            Line(card, $"| {rule.Stage} | {rule.Rule} | {thresholds} | {N(rule.Occurrences)} | {N(rule.Contents)} |");
        }

        if (settings.Length > 0)
        {
            card.Append("\nThe cleaner's settings; all others are those of the preset:\n\n```json\n").Append(settings).Append("\n```\n");
        }
    }

    private static void Duplicates(StringBuilder card, DatasetFigures figures, DedupOptions options)
    {
        DuplicateFigures found = figures.Duplicates;
        card.Append("\n## Duplicates\n\n");
        card.Append(
            CultureInfo.InvariantCulture,
            $"A file is dropped where a kept file of a better rank has a Jaccard similarity with it of at least {options.Threshold} "
            + $"over shingles of {options.ShingleTokens} tokens ({options.Shingles.ToString().ToLowerInvariant()}); "
            + $"comments and white space of code do not count. Every similarity is exact: signatures only find candidates.").Append('\n');
        card.Append(
            CultureInfo.InvariantCulture,
            $"{N(found.Exact)} exact and {N(found.Near)} near duplicates were dropped. {N(found.Clusters)} groups of near duplicates have "
            + $"{N(found.ClusteredFiles)} files, the largest {N(found.LargestCluster)}.").Append('\n');
        if (figures.Base is { } earlier)
        {
            card.Append(
                CultureInfo.InvariantCulture,
                $"\nThe build extends an earlier one, whose dataset of {N(earlier.Files)} files is not repeated here: "
                + $"{N(earlier.Twins)} of the dropped duplicates have their kept twin there. "
                + $"No two files of both datasets together are near duplicates, except for pairs that signatures miss.").Append('\n');
        }

        if (figures.Audit is { } audit)
        {
            card.Append("\nThe build's own audit compared a sample with all files, by brute force:\n\n");
            card.Append("| measure | share | 95 % interval | of |\n| --- | ---: | --- | ---: |\n");
            Measure(card, "recall: pairs at or above the threshold that were found", audit.PairsFound);
            Measure(card, "sampled files without a missed pair", audit.FilesWithoutMiss);
            Measure(card, "precision: dropped files whose kept twin has the stated similarity", audit.DropsConfirmed);
            Measure(card, "kept files without a kept near duplicate", audit.KeptWithoutTwin);
            Line(card, $"\n{N(audit.SampledFiles)} of {N(audit.Files)} files were sampled.");
            if (audit.Base is { } compared)
            {
                Line(card, $"Of the earlier dataset's {N(compared.Files)} files, {N(compared.Compared)} chosen by the seed were compared.");
            }
        }
        else
        {
            card.Append("\nThis build was not audited, so recall and precision are not known.\n");
        }
    }

    private static void Limits(StringBuilder card) => card.Append(
        """

        ## Known limits

        - Licences are found automatically: from licence files, package metadata, headers in files, and the forge.
          They can be wrong, and are not legal advice.
        - The repository of a file is the best-ranked of those that it was found in, which need not be the one where it was written.
        - Files may contain names, e-mail addresses, keys, or offensive words, as their authors published them.
        - Code is as it was published: it may be wrong, insecure or outdated, and it was not tested.
        - Duplicates are found between whole files; functions that were copied from one file into another are kept.

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

    private static string SizeName(string bound) =>
        long.TryParse(bound, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? $"below {N(bytes)}" : bound;

    // A '|' would end the cell, and a line break the row.
    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static void Line(StringBuilder card, FormattableString line) =>
        card.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
