using System.Globalization;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Explanation;

/// <summary>Tells all that is known of one file.</summary>
internal static class Story
{
    private const int MostPlaces = 100;

    /// <summary>The story of a blob id, or of <c>repository path</c>.</summary>
    /// <exception cref="DataForgeException">The run has seen no such file.</exception>
    public static string Tell(StoryIndex index, string question)
    {
        var text = new StringBuilder();
        if (IsBlobId(question))
        {
            BlobId id = BlobId.Parse(question);
            Content(text, index, id, index.Of(id) is { Count: > 0 } known ? known : throw Unknown(index, question));
            return text.ToString();
        }

        IReadOnlyList<StoryRecord> records = index.Of(question);
        if (records.Count == 0)
        {
            throw Unknown(index, question);
        }

        foreach (LeftRecord left in records.OfType<LeftRecord>())
        {
            Line(text, $"{question} left as an occurrence, in stage {left.Stage}, by rule {Finding(left)}");
        }

        if (records.Select(record => record.BlobId).FirstOrDefault(found => found is not null) is { } content)
        {
            Content(text, index, content, index.Of(content), question);
        }
        else
        {
            Places(text, [.. records.OfType<FoundRecord>()], [], null, question);
            text.Append("  its content was not stored\n");
        }

        return text.ToString();
    }

    private static bool IsBlobId(string question) => question.Length == 2 * BlobId.Size && question.All(char.IsAsciiHexDigit);

    private static DataForgeException Unknown(StoryIndex index, string question) => new(
        $"the run '{index.Run.Name}' has seen no file '{question}'; give a blob id of 40 digits, or a repository and a path as the dataset writes them.");

    private static void Content(StringBuilder text, StoryIndex index, BlobId id, IReadOnlyList<StoryRecord> records, string? asked = null)
    {
        PassedRecord? passed = records.OfType<PassedRecord>().FirstOrDefault();
        KeptRecord? kept = records.OfType<KeptRecord>().FirstOrDefault();
        LeftRecord? left = records.OfType<LeftRecord>().FirstOrDefault(record => record.Level == DropLevel.Content);
        List<FoundRecord> found = [.. records.OfType<FoundRecord>()];
        Line(text, $"content {id}: {Fate(found, passed, kept, left)}");
        Places(text, found, [.. records.OfType<LeftRecord>().Where(record => record.Level == DropLevel.Occurrence)], passed, asked);
        if (passed is not null)
        {
            Passed(text, passed);
        }

        // Where every occurrence left, and where the content was no text, no rule about text has judged it.
        if (passed is not null || left is { Stage: "clean" })
        {
            Measures.Tell(text, index.Run, id, found.Max(place => place.BlobPart), passed is null ? left!.Rule : null);
        }

        if (left is not null)
        {
            Line(text, $"  left in stage {left.Stage} with {left.Copies} {(left.Copies == 1 ? "occurrence" : "occurrences")}, by rule {Finding(left)}");
            if (left.Twin is { } twin)
            {
                string where = index.Of(twin).OfType<PassedRecord>().FirstOrDefault() is { } other ? $" ({other.Repository} {other.Path})" : "";
                Line(text, $"  its kept twin is {twin}{where}, Jaccard similarity {left.Jaccard}");
            }
        }

        if (kept is not null)
        {
            Line(text, $"  dataset: {kept.Shard}, row {kept.Row}");
            text.Append(kept.TokenShard.Length > 0
                ? string.Create(CultureInfo.InvariantCulture, $"  tokens: {kept.TokenShard}, document {kept.Document}, tokens {kept.FirstToken} to {kept.FirstToken + kept.Tokens - 1}\n")
                : "  tokens: none yet\n");
        }
    }

    private static string Fate(List<FoundRecord> found, PassedRecord? passed, KeptRecord? kept, LeftRecord? left)
    {
        if (kept is not null)
        {
            return "kept, in the dataset";
        }

        if (left is not null)
        {
            return $"dropped as a content, by {left.Rule}";
        }

        return passed is not null ? "passed the cleaner, no dataset yet"
            : found.Any(place => place.FileKind == FileKind.Python) ? "dropped: every occurrence left"
            : "a licence text or package metadata: evidence, never in the dataset";
    }

    private static void Places(StringBuilder text, List<FoundRecord> found, List<LeftRecord> left, PassedRecord? best, string? asked)
    {
        Line(text, $"  found at {found.Count} {(found.Count == 1 ? "place" : "places")}");
        ILookup<(string, string), LeftRecord> byPlace = left.ToLookup(record => (record.Repository, record.Path));

        // The place asked for stands first: an empty file is found at thousands.
        foreach (FoundRecord place in found.OrderBy(place => $"{place.Repository} {place.Path}" == asked ? 0 : 1).ThenBy(place => place.Repository, StringComparer.Ordinal).ThenBy(place => place.Path, StringComparer.Ordinal).Take(MostPlaces))
        {
            string link = place is { Source: "github", Commit.Length: > 0 } ? $"https://github.com/{place.Repository}/blob/{place.Commit}/{place.Path}" : place.Source;
            string commit = place.Commit.Length > 0 ? $", commit {place.Commit}" : "";
            string size = place.Size >= 0 ? $", {place.Size} bytes" : "";
            Line(text, $"    {place.Repository} {place.Path} (snapshot {place.Snapshot}{commit}{size}, {link})");
            foreach (LeftRecord record in byPlace[(place.Repository, place.Path)])
            {
                Line(text, $"      left here, in stage {record.Stage}, by rule {Finding(record)}");
            }

            if (best is not null && best.Repository == place.Repository && best.Path == place.Path)
            {
                text.Append("      the best occurrence: it speaks for the content\n");
            }
        }

        if (found.Count > MostPlaces)
        {
            Line(text, $"    and {found.Count - MostPlaces} more");
        }
    }

    private static void Passed(StringBuilder text, PassedRecord file)
    {
        Line(text, $"  licence {(file.License.Length > 0 ? file.License : "none")} ({file.LicenseClass}), by {file.Evidence}; {file.Copies} {(file.Copies == 1 ? "occurrence" : "occurrences")} passed");
        foreach (string line in file.Copyright.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Line(text, $"    {line}");
        }

        Line(text, $"  clean: {file.Shard}, row {file.Row}, {file.Encoding}, text {(file.ContentId == file.BlobId ? "as it was found" : $"changed, its git id is {file.ContentId}")}");
    }

    private static string Finding(LeftRecord left)
    {
        string value = left.Value.Length > 0 ? $": {left.Value}" : "";
        return left.Rule + value + (left.Threshold.Length > 0 ? $" (threshold {left.Threshold})" : "");
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
