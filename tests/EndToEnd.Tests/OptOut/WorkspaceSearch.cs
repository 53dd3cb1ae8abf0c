using System.Text;
using DataForge.Parquet;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.EndToEnd.Tests.OptOut;

/// <summary>Looks for words in everything a workspace holds: the bytes of every file, every value of every table, every document as text.</summary>
internal static class WorkspaceSearch
{
    /// <summary>Files and what in them holds a word, but for the tombstones.</summary>
    public static List<string> Of(string workspace, params IReadOnlyList<string> words)
    {
        var found = new List<string>();
        foreach (string file in Directory.EnumerateFiles(workspace, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(workspace, file);
            if (name == "optout.json")
            {
                continue;
            }

            foreach (string word in words)
            {
                if (name.Contains(word, StringComparison.OrdinalIgnoreCase) || File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(word)) >= 0)
                {
                    found.Add($"{name}: {word}");
                }
            }

            if (name.EndsWith(".parquet", StringComparison.Ordinal))
            {
                found.AddRange(InTable(file, words).Select(what => $"{name}: {what}"));
            }
            else if (name.EndsWith(".bin", StringComparison.Ordinal) && name.Contains("4-tokens", StringComparison.Ordinal))
            {
                found.AddRange(InTokens(file, words).Select(what => $"{name}: {what}"));
            }
        }

        return found;
    }

    private static IEnumerable<string> InTable(string file, IReadOnlyList<string> words)
    {
        using ParquetReader reader = ParquetReader.Open(file);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroup rows = reader.ReadRowGroup(group);
            foreach (ParquetColumn column in reader.Schema.Columns)
            {
                int row = 0;
                foreach (object? value in rows.Records(column.Name))
                {
                    foreach (string word in words.Where(word => Text(value).Contains(word, StringComparison.OrdinalIgnoreCase)))
                    {
                        yield return $"{column.Name} of row {row}: {word}";
                    }

                    row++;
                }
            }
        }
    }

    private static IEnumerable<string> InTokens(string file, IReadOnlyList<string> words)
    {
        BpeVocabulary vocabulary = TokenizerReader.ReadFolder(Path.GetDirectoryName(file)!);
        using var shard = new TokenShard(file);
        var found = new List<string>();
        for (int document = 0; document < shard.Documents; document++)
        {
            string text = Encoding.UTF8.GetString(DocumentDecoder.Decode(vocabulary, shard.Document(document)));
            found.AddRange(words.Where(word => text.Contains(word, StringComparison.OrdinalIgnoreCase)).Select(word => $"document {document}: {word}"));
        }

        return found;
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        string text => text,
        System.Collections.IEnumerable items => string.Join('\n', items.Cast<object?>().Select(Text)),
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
    };
}
