using System.Text.Json;
using DataForge.Corpus;

namespace DataForge.Evaluation.Sets;

/// <summary>Files with one JSON object a line, or with one JSON array of them; compressed where the name ends in <c>.gz</c>.</summary>
internal static class JsonLines
{
    private const long MostBytes = 1L << 30;

    /// <summary>The objects of a file, each with its line (or place in the array), from 1.</summary>
    /// <exception cref="DataForgeException">The file is missing, too large, or not such JSON.</exception>
    public static IEnumerable<(int Line, JsonElement Value)> Read(string path)
    {
        string text = ReadText(path);
        if (text.TrimStart().StartsWith('['))
        {
            return Parse(path, 1, text).EnumerateArray().Select((value, index) => (index + 1, value));
        }

        return text.Split('\n').Select((line, index) => (Line: index + 1, Text: line))
            .Where(line => !string.IsNullOrWhiteSpace(line.Text))
            .Select(line => (line.Line, Parse(path, line.Line, line.Text)));
    }

    /// <summary>The whole of a file.</summary>
    public static string ReadText(string path)
    {
        try
        {
            using Stream content = WholeGzipStream.OpenRead(path);
            using var copy = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int read = content.Read(buffer); read > 0; read = content.Read(buffer))
            {
                copy.Write(buffer, 0, read);
                if (copy.Length > MostBytes)
                {
                    throw DataForgeException.Usage($"{path} holds more than {Figures.Bytes(MostBytes)}: split it.");
                }
            }

            copy.Position = 0;
            return new StreamReader(copy).ReadToEnd();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw DataForgeException.Usage($"{path} cannot be read ({e.Message}); give a file of the set.", e);
        }
    }

    /// <summary>A field with text.</summary>
    public static string Text(JsonElement value, string name, string path, int line) => Find(value, name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => throw DataForgeException.Usage($"{path}, line {line}: there is no text \"{name}\"; is it a file of another set?"),
    };

    /// <summary>A field with a list of texts; empty where it is absent.</summary>
    public static IReadOnlyList<string> Texts(JsonElement value, string name) =>
        Find(value, name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(item => item.GetString()!)] : [];

    /// <summary>Parses one value.</summary>
    public static JsonElement Parse(string path, int line, string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException e)
        {
            throw DataForgeException.Usage($"{path}, line {line} is not JSON ({e.Message})", e);
        }
    }

    private static JsonElement? Find(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out JsonElement field) ? field : null;
}
