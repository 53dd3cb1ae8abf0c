using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataForge.Corpus.Runs;

namespace DataForge.Orchestrator.OptOut;

/// <summary>
/// Removes the names of opted-out repositories from a run's event logs: events about their bad files are deleted, and in texts the name is
/// replaced.
/// </summary>
internal static class EventRemoval
{
    private const string Replacement = "(opted out)";

    // The field that holds free text, by type of event.
    private static readonly Dictionary<string, string> TextFields = new(StringComparer.Ordinal)
    {
        ["note"] = "text", ["run.finished"] = "reason",
    };

    /// <summary>Rewrites the logs that name one of the repositories.</summary>
    public static void Rewrite(RunRewrite run, IReadOnlySet<string> repositories)
    {
        if (!Directory.Exists(run.Run.EventsFolder))
        {
            return;
        }

        foreach (string file in Directory.GetFiles(run.Run.EventsFolder, "*.jsonl").Order(StringComparer.Ordinal))
        {
            string[] lines = File.ReadAllText(file).Split('\n');
            List<string> kept = [.. lines.Select(line => WithoutNames(line, repositories)).OfType<string>()];
            if (!kept.SequenceEqual(lines))
            {
                File.WriteAllBytes(run.Create("events/" + Path.GetFileName(file)), Encoding.UTF8.GetBytes(string.Join('\n', kept)));
            }
        }
    }

    private static string? WithoutNames(string line, IReadOnlySet<string> repositories)
    {
        if (!repositories.Any(name => line.Contains(Encode(name), StringComparison.Ordinal)))
        {
            return line;
        }

        JsonObject? parsed = null;
        try
        {
            parsed = JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            // The incomplete last line of a process that was killed; readers skip it.
            return null;
        }

        string type = $"{parsed?["type"]}";
        if (type == "file.fault")
        {
            return repositories.Any(name => $"{parsed!["where"]}".StartsWith(name + " ", StringComparison.Ordinal)) ? null : line;
        }

        if (TextFields.TryGetValue(type, out string? field) && parsed![field] is { } value)
        {
            string text = value.ToString();
            foreach (string name in repositories)
            {
                text = WithoutName(text, name);
            }

            parsed[field] = text;
            return parsed.ToJsonString(new JsonSerializerOptions { Encoder = CanonicalJson.Options.Encoder });
        }

        return line;
    }

    // A name within a longer name or path is not this repository.
    private static string WithoutName(string text, string name)
    {
        for (int at = text.IndexOf(name, StringComparison.Ordinal); at >= 0; at = text.IndexOf(name, at, StringComparison.Ordinal))
        {
            int end = at + name.Length;
            bool startsName = at == 0 || !IsPartOfName(text[at - 1]) || text[at - 1] == '/';
            bool endsName = end == text.Length || !IsPartOfName(text[end]) || text[end] is '.' or '/';
            text = startsName && endsName ? text[..at] + Replacement + text[end..] : text;
            at += startsName && endsName ? Replacement.Length : 1;
        }

        return text;
    }

    private static string Encode(string name) => JsonEncodedText.Encode(name, CanonicalJson.Options.Encoder).ToString();

    private static bool IsPartOfName(char c) => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/';
}
