using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataForge.Corpus.Runs;

namespace DataForge.Orchestrator.OptOut;

/// <summary>Takes the names of removed repositories out of a run's event logs: events about their files go, in others the name gives way.</summary>
internal static class EventRemoval
{
    private const string Instead = "(opted out)";

    // What these events say in words, by type.
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal) { ["note"] = "text", ["run.finished"] = "reason" };

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
            List<string> left = [.. lines.Select(line => Now(line, repositories)).OfType<string>()];
            if (!left.SequenceEqual(lines))
            {
                File.WriteAllBytes(run.Create("events/" + Path.GetFileName(file)), Encoding.UTF8.GetBytes(string.Join('\n', left)));
            }
        }
    }

    private static string? Now(string line, IReadOnlySet<string> repositories)
    {
        if (!repositories.Any(name => line.Contains(JsonEncodedText.Encode(name, CanonicalJson.Options.Encoder).ToString(), StringComparison.Ordinal)))
        {
            return line;
        }

        JsonObject? happened = null;
        try
        {
            happened = JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            // The last line of a process that was killed: nobody reads it.
            return null;
        }

        string type = $"{happened?["type"]}";
        if (type == "file.fault")
        {
            return repositories.Any(name => $"{happened!["where"]}".StartsWith(name + " ", StringComparison.Ordinal)) ? null : line;
        }

        if (Words.TryGetValue(type, out string? field) && happened![field] is { } words)
        {
            string text = words.ToString();
            foreach (string name in repositories)
            {
                text = WithoutName(text, name);
            }

            happened[field] = text;
            return happened.ToJsonString(new JsonSerializerOptions { Encoder = CanonicalJson.Options.Encoder });
        }

        return line;
    }

    // A name inside a longer word or path is another's.
    private static string WithoutName(string text, string name)
    {
        for (int at = text.IndexOf(name, StringComparison.Ordinal); at >= 0; at = text.IndexOf(name, at, StringComparison.Ordinal))
        {
            int end = at + name.Length;
            bool isWhole = (at == 0 || !IsPartOfName(text[at - 1]) || text[at - 1] == '/') && (end == text.Length || !IsPartOfName(text[end]) || text[end] is '.' or '/');
            text = isWhole ? text[..at] + Instead + text[end..] : text;
            at += isWhole ? Instead.Length : 1;
        }

        return text;
    }

    private static bool IsPartOfName(char c) => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/';
}
