using System.Globalization;
using System.Text;
using DataForge.Cleaner.Survey;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Explanation;

/// <summary>The answer of <c>dataforge explain</c>: everything that is known of one file, as text.</summary>
internal static class FileExplanation
{
    private const int MaxOccurrences = 20;
    private const int MaxNames = 3;

    /// <summary>Explains one file.</summary>
    /// <param name="index">The index of the run.</param>
    /// <param name="question">A blob id, or a repository and a path with a space between them.</param>
    /// <exception cref="DataForgeException">The run has never seen this file.</exception>
    public static string Explain(ExplanationIndex index, string question)
    {
        var text = new StringBuilder();
        if (IsBlobId(question))
        {
            BlobId id = BlobId.Parse(question);
            IReadOnlyList<FileRecord> known = index.Of(id);
            AppendContent(text, index, id, known.Count > 0 ? known : throw Unknown(index, question));
            return text.ToString();
        }

        IReadOnlyList<FileRecord> records = index.Of(question);
        if (records.Count == 0)
        {
            throw Unknown(index, question);
        }

        foreach (DroppedRecord dropped in records.OfType<DroppedRecord>())
        {
            AppendLine(text, $"{question} dropped as an occurrence, in stage {dropped.Stage}, by rule {Finding(dropped)}");
        }

        if (records.Select(record => record.BlobId).FirstOrDefault(found => found is not null) is { } content)
        {
            AppendContent(text, index, content, index.Of(content), question);
        }
        else
        {
            AppendOccurrences(text, [.. records.OfType<OccurrenceRecord>()], [], null, question);
            text.Append("  its content was not stored\n");
        }

        return text.ToString();
    }

    private static bool IsBlobId(string question) => question.Length == 2 * BlobId.Size && question.All(char.IsAsciiHexDigit);

    private static DataForgeException Unknown(ExplanationIndex index, string question)
    {
        IReadOnlyList<RepositorySnapshot> repositories = index.Run.ReadInput().Repositories;
        bool isKnown = repositories.Any(repository => question.StartsWith($"{repository.Name} ", StringComparison.Ordinal));
        string names = string.Join(", ", repositories.Take(MaxNames).Select(repository => $"'{repository.Name}'"));
        string more = repositories.Count > MaxNames ? FormattableString.Invariant($" and {repositories.Count - MaxNames} more") : "";
        string hint = isKnown || IsBlobId(question) ? "" : $" The run's repositories are {names}{more}.";
        return new DataForgeException(
            $"the run '{index.Run.Name}' has seen no file '{question}'; "
            + $"give a blob id of 40 digits, or a repository and a path as the dataset writes them.{hint}");
    }

    private static void AppendContent(
        StringBuilder text, ExplanationIndex index, BlobId id, IReadOnlyList<FileRecord> records, string? asked = null)
    {
        CleanRecord? clean = records.OfType<CleanRecord>().FirstOrDefault();
        DatasetRecord? kept = records.OfType<DatasetRecord>().FirstOrDefault();
        DroppedRecord? dropped = records.OfType<DroppedRecord>().FirstOrDefault(record => record.Level == DropLevel.Content);
        List<OccurrenceRecord> occurrences = [.. records.OfType<OccurrenceRecord>()];
        List<DroppedRecord> droppedOccurrences = [.. records.OfType<DroppedRecord>().Where(record => record.Level == DropLevel.Occurrence)];
        AppendLine(text, $"content {id}: {Outcome(occurrences, clean, kept, dropped)}");
        if (dropped is not null)
        {
            AppendDropped(text, index, dropped); // the reason comes first: the places and measures below can be many lines
        }

        AppendOccurrences(text, occurrences, droppedOccurrences, clean, asked);
        if (droppedOccurrences.Exists(record => record.Rule == RuleNames.License) || dropped?.Rule == RuleNames.LicenseConflict)
        {
            AppendDroppedLicenses(text, index.Run, id, occurrences.Max(occurrence => occurrence.BlobPart), asked);
        }

        if (clean is not null)
        {
            AppendClean(text, clean);
        }

        // The rules about text never saw a content of which every occurrence was dropped, nor one that is no text.
        if (clean is not null || dropped is { Stage: StageNames.Clean })
        {
            int part = occurrences.Max(occurrence => occurrence.BlobPart);
            RuleMeasures.Append(text, index.Run, id, part, failed: clean is null ? dropped!.Rule : null);
        }

        if (kept is not null)
        {
            AppendKept(text, kept);
        }
    }

    private static string Outcome(List<OccurrenceRecord> occurrences, CleanRecord? clean, DatasetRecord? kept, DroppedRecord? dropped)
    {
        if (kept is not null)
        {
            return "kept, in the dataset";
        }

        if (dropped is not null)
        {
            return $"dropped as a content, by {dropped.Rule}";
        }

        return clean is not null ? "passed the cleaner, no dataset yet"
            : occurrences.Any(occurrence => occurrence.FileKind == FileKind.Python) ? "dropped: every occurrence was dropped"
            : "a licence text or package metadata: evidence, never in the dataset";
    }

    private static void AppendOccurrences(
        StringBuilder text, List<OccurrenceRecord> occurrences, List<DroppedRecord> dropped, CleanRecord? best, string? asked)
    {
        AppendLine(text, $"  found at {occurrences.Count} {(occurrences.Count == 1 ? "place" : "places")}");
        ILookup<(string, string), DroppedRecord> droppedAt = dropped.ToLookup(record => (record.Repository, record.Path));

        // The occurrence asked for comes first, then the best: an empty file is found at thousands of places.
        IEnumerable<OccurrenceRecord> shown = occurrences
            .OrderBy(occurrence => $"{occurrence.Repository} {occurrence.Path}" == asked ? 0 : 1)
            .ThenBy(occurrence => IsBest(occurrence) ? 0 : 1)
            .ThenBy(occurrence => occurrence.Repository, StringComparer.Ordinal)
            .ThenBy(occurrence => occurrence.Path, StringComparer.Ordinal)
            .Take(MaxOccurrences);
        foreach (OccurrenceRecord occurrence in shown)
        {
            (string repository, string path) = (occurrence.Repository, occurrence.Path);
            string link = occurrence is { Source: "github", Commit.Length: > 0 }
                ? $"https://github.com/{repository}/blob/{occurrence.Commit}/{path}" : occurrence.Source;
            string commit = occurrence.Commit.Length > 0 ? $", commit {occurrence.Commit}" : "";
            string size = occurrence.Size >= 0 ? $", {occurrence.Size} bytes" : "";
            AppendLine(text, $"    {repository} {path} (snapshot {occurrence.Snapshot}{commit}{size}, {link})");
            foreach (DroppedRecord record in droppedAt[(repository, path)])
            {
                AppendLine(text, $"      dropped here, in stage {record.Stage}, by rule {Finding(record)}");
            }

            if (IsBest(occurrence))
            {
                text.Append("      the best occurrence: the dataset attributes the content to it\n");
            }
        }

        if (occurrences.Count > MaxOccurrences)
        {
            AppendLine(text, $"    and {occurrences.Count - MaxOccurrences} more");
        }

        bool IsBest(OccurrenceRecord occurrence) =>
            best is not null && best.Repository == occurrence.Repository && best.Path == occurrence.Path;
    }

    // The licences for which a file was dropped, and how each is known: each once, with one of its places.
    private static void AppendDroppedLicenses(StringBuilder text, Run run, BlobId id, int part, string? asked)
    {
        IReadOnlyList<DecidedLicense> decided = [];
        StoredSource.Use(run, id, part, source => decided = DecidedLicenses.Of(run, id, part, source));
        foreach (IGrouping<(string Expression, string Evidence), DecidedLicense> same in decided
            .OrderBy(license => $"{license.Repository} {license.Path}" == asked ? 0 : 1)
            .GroupBy(license => (license.Expression, license.Evidence))
            .Take(MaxOccurrences))
        {
            DecidedLicense first = same.First();
            string license = first.Expression.Length == 0 ? "none was found"
                : $"{first.Expression} ({first.Class.Name()}), by {first.Evidence}";
            int others = same.Count() - 1;
            string more = others > 0 ? FormattableString.Invariant($" and {others} more") : "";
            AppendLine(text, $"  licence at {first.Repository} {first.Path}{more}: {license}");
        }
    }

    private static void AppendClean(StringBuilder text, CleanRecord file)
    {
        string license = file.License.Length > 0 ? file.License : "none";
        AppendLine(text, $"  licence {license} ({file.LicenseClass}), by {file.Evidence}; {Occurrences(file.Copies)} passed");
        foreach (string line in file.Copyright.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            AppendLine(text, $"    {line}");
        }

        string change = file.ContentId == file.BlobId ? "as it was found" : $"changed, its git id is {file.ContentId}";
        AppendLine(text, $"  clean: {file.Shard}, row {file.Row}, {file.Encoding}, text {change}");
    }

    private static void AppendDropped(StringBuilder text, ExplanationIndex index, DroppedRecord dropped)
    {
        AppendLine(text, $"  dropped in stage {dropped.Stage} with {Occurrences(dropped.Copies)}, by rule {Finding(dropped)}");
        if (dropped.Twin is { } twin)
        {
            string where = index.Of(twin).OfType<CleanRecord>().FirstOrDefault() is { } other ? $" ({other.Repository} {other.Path})" : "";
            AppendLine(text, $"  its kept twin is {twin}{where}, Jaccard similarity {dropped.Jaccard}");
        }
    }

    private static void AppendKept(StringBuilder text, DatasetRecord kept)
    {
        AppendLine(text, $"  dataset: {kept.Shard}, row {kept.Row}");
        if (kept.TokenShard.Length == 0)
        {
            text.Append("  tokens: none yet\n");
            return;
        }

        long last = kept.FirstToken + kept.Tokens - 1;
        AppendLine(text, $"  tokens: {kept.TokenShard}, document {kept.Document}, tokens {kept.FirstToken} to {last}");
    }

    private static string Occurrences(int count) => FormattableString.Invariant($"{count} {(count == 1 ? "occurrence" : "occurrences")}");

    private static string Finding(DroppedRecord dropped)
    {
        string value = dropped.Value.Length > 0 ? $": {dropped.Value}" : "";
        return dropped.Rule + value + (dropped.Threshold.Length > 0 ? $" (threshold {dropped.Threshold})" : "");
    }

    private static void AppendLine(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
