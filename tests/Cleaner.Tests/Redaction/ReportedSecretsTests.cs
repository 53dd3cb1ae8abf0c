using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using DataForge.Cleaner.Redaction;
using DataForge.Cleaner.Text;
using DataForge.Python;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests.Redaction;

/// <summary>Secrets and look-alikes after public reports: every file of the cases gives its right value.</summary>
public class ReportedSecretsTests
{
    [Theory]
    [InlineData("S7-not-a-secret.jsonl")]
    [InlineData("S8-not-an-email.jsonl")]
    [InlineData("S9-format-broken.jsonl")]
    public void Redact_reportedLookAlike_stays(string file)
    {
        string? path = SharedFiles.Find("cases", "reports", file);
        Assert.SkipWhen(path is null, "the cases are absent");
        foreach ((string name, string text) in Rows(File.ReadAllText(path!)))
        {
            Assert.True(text == Redact(text), $"{name}: {Redact(text)}");
        }
    }

    [Theory]
    [InlineData("S1-openai-slack-huggingface-forms.jsonl")]
    [InlineData("S2-secret-not-right-behind-its-name.jsonl")]
    [InlineData("S3-secret-in-text-inside-a-string.jsonl")]
    [InlineData("S4-django-insecure.jsonl")]
    [InlineData("S5-vendors-without-a-form.jsonl")]
    [InlineData("S6-email-with-unicode-domain.jsonl")]
    public void Redact_reportedSecret_isGone(string file)
    {
        string? path = SharedFiles.Find("cases", "reports", "secrets.tgz");
        Assert.SkipWhen(path is null, "the cases are absent");
        List<string> left = [.. Rows(Entry(path!, file)).Select(row => (row.Name, Text: Redact(row.Text)))
            .Where(row => !row.Text.Contains("<KEY>") && !row.Text.Contains("<PASSWORD>") && !row.Text.Contains("<EMAIL>"))
            .Select(row => $"{row.Name}: {row.Text}")];
        Assert.True(left.Count == 0, string.Join('\n', left));
    }

    private static string Entry(string path, string name)
    {
        using FileStream file = File.OpenRead(path);
        using var tar = new TarReader(new GZipStream(file, CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            if (Path.GetFileName(entry.Name) == name)
            {
                using var reader = new StreamReader(entry.DataStream!);
                return reader.ReadToEnd();
            }
        }

        throw new FileNotFoundException(name);
    }

    private static string Redact(string text)
    {
        var source = new SourceText();
        Assert.True(source.Decode(Encoding.UTF8.GetBytes(text)));
        new Redactor().Redact(source);
        Assert.Equal(ParseOutcome.Valid, PythonParser.Check(source.Text).Outcome);
        return Encoding.UTF8.GetString(source.Text);
    }

    private static IEnumerable<(string Name, string Text)> Rows(string lines)
    {
        foreach (string line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument row = JsonDocument.Parse(line);
            yield return (row.RootElement.GetProperty("path").GetString()!, row.RootElement.GetProperty("content").GetString()!);
        }
    }
}
