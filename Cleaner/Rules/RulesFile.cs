using System.Text.Json;
using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules;

/// <summary><c>2-clean/rules.json</c>: <see cref="AppliedRules"/>, and what it takes to judge a file again.</summary>
internal sealed record RulesFile
{
    /// <summary>All rules by rank: those about occurrences, those about licences, those about text.</summary>
    public required IReadOnlyList<AppliedRule> Rules { get; init; }

    /// <summary>The thresholds of the rules about text.</summary>
    public required RuleThresholds Thresholds { get; init; }

    /// <summary>Whether texts were redacted.</summary>
    public required bool Redact { get; init; }

    /// <summary>Reads the thresholds and whether texts were redacted, without the serializer: it would take longer to start than all the rest of an answer.</summary>
    /// <exception cref="DataForgeException">The file is damaged.</exception>
    public static RulesFile Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            return new RulesFile
            {
                Rules = [.. root.GetProperty("rules").EnumerateArray().Select(rule => new AppliedRule(Text(rule, "rule"), Text(rule, "bound"), Text(rule, "threshold")))],
                Thresholds = ReadThresholds(root.GetProperty("thresholds")),
                Redact = root.GetProperty("redact").GetBoolean(),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new DataForgeException($"{path} cannot be read ({e.Message}); remove it and run the same command again.", inner: e);
        }
    }

    public static RulesFile Of(CleanOptions options, BenchmarkIndex? benchmarks)
    {
        RuleThresholds thresholds = options.Thresholds();
        var rules = new List<AppliedRule> { new("opt_out", "", "") };
        if (!options.KeepVendored)
        {
            rules.Add(new("vendored", "", ""));
        }

        if (thresholds.DropNames)
        {
            rules.Add(new("name", "none of", "__init__.py, setup.py, *_pb2.py"));
        }

        if (thresholds.MinStars is { } stars and > 0)
        {
            rules.Add(new("stars", "at least", Finding.Number(stars)));
        }

        rules.Add(new("license", "one of", string.Join(",", options.LicensePolicy)));
        if (options.LicenseConflict != LicenseConflict.Keep)
        {
            rules.Add(new("license_conflict", "at most", options.LicenseConflict == LicenseConflict.Drop ? "one licence" : "one licence class"));
        }

        rules.Add(new("binary", "", ""));
        rules.Add(new("encoding", "", ""));
        rules.AddRange(new RuleSet(thresholds, benchmarks).Rules.Select(rule => rule.Applied));
        return new RulesFile { Rules = rules, Thresholds = thresholds, Redact = options.Redact };
    }

    private static RuleThresholds ReadThresholds(JsonElement json) => new()
    {
        MaxBytes = Whole(json, "maxBytes"),
        MinLines = (int?)Whole(json, "minLines"),
        MaxLines = (int?)Whole(json, "maxLines"),
        MaxMeanLine = Real(json, "maxMeanLine"),
        MaxLine = (int?)Whole(json, "maxLine"),
        MinAlphanumeric = Real(json, "minAlphanumeric"),
        MinAlphabetic = Real(json, "minAlphabetic"),
        MinCodeCharacters = Real(json, "minCodeCharacters"),
        MaxDigits = Real(json, "maxDigits"),
        MinKeywords = (int?)Whole(json, "minKeywords"),
        MustParse = Flag(json, "mustParse"),
        KeepPython2 = Flag(json, "keepPython2"),
        DropGenerated = Flag(json, "dropGenerated"),
        GeneratedMarkers = [.. json.GetProperty("generatedMarkers").EnumerateArray().Select(marker => marker.GetString()!)],
        ConfigOrTestDrop = Real(json, "configOrTestDrop"),
        NoKeywordsDrop = Real(json, "noKeywordsDrop"),
        MinAssignments = (int?)Whole(json, "minAssignments"),
        MinCharactersPerToken = Real(json, "minCharactersPerToken"),
        DropXml = Flag(json, "dropXml"),
        DropEncodedData = Flag(json, "dropEncodedData"),
        MinCommentShare = Real(json, "minCommentShare"),
        MaxCommentShare = Real(json, "maxCommentShare"),
        MinStars = (int?)Whole(json, "minStars"),
        DropNames = Flag(json, "dropNames"),
        StripLicenseHeader = Flag(json, "stripLicenseHeader"),
    };

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static bool Flag(JsonElement json, string name) => json.GetProperty(name).GetBoolean();

    // What is null is not written.
    private static long? Whole(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetInt64() : null;

    private static double? Real(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : null;
}
