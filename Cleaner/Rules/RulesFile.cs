using System.Text.Json;
using System.Text.Json.Serialization;
using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules;

/// <summary><c>2-clean/rules.json</c>: <see cref="AppliedRules"/>, and the settings that it takes to judge a file again.</summary>
/// <param name="settings">The settings of the rules.</param>
internal sealed class RulesFile(RuleSettings settings)
{
    /// <summary>The rules that applied, by rank.</summary>
    public required IReadOnlyList<AppliedRule> Rules { get; init; }

    /// <summary>The settings of the rules.</summary>
    [JsonIgnore]
    public RuleSettings Settings => settings;

    /// <summary>The settings as the file has them.</summary>
    public IReadOnlyDictionary<string, object> Thresholds => settings.Written;

    /// <summary>Whether texts were redacted.</summary>
    public required bool Redact { get; init; }

    /// <summary>What the file says under these options.</summary>
    public static RulesFile Of(CleanOptions options, BenchmarkIndex? benchmarks)
    {
        RuleSettings settings = RuleSettings.Of(options);
        return new RulesFile(settings)
        {
            Rules = [.. RuleList.All.Select(rule => rule.Applied(options, settings, benchmarks)).OfType<AppliedRule>()],
            Redact = options.Redact,
        };
    }

    /// <summary>Reads the file without the serializer, whose start takes about 40 ms: longer than all the rest of an explanation.</summary>
    /// <exception cref="DataForgeException">The file is damaged.</exception>
    public static RulesFile Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            return new RulesFile(RuleSettings.Read(root.GetProperty("thresholds")))
            {
                Rules = [.. root.GetProperty("rules").EnumerateArray().Select(ReadRule)],
                Redact = root.GetProperty("redact").GetBoolean(),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new DataForgeException($"{path} cannot be read ({e.Message}); remove it and run the same command again.", inner: e);
        }
    }

    private static AppliedRule ReadRule(JsonElement json)
    {
        string Text(string name) => json.GetProperty(name).GetString()!;
        return new AppliedRule(Text("rule"), Text("bound"), Text("threshold"));
    }
}
