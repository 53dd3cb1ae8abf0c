using System.Text;
using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Parquet;

namespace DataForge.Pretrain.Stages;

/// <summary>
/// Text that is tokenized unchanged, without rules and licences: natural language, other programming languages. It is imported as shards in
/// the dataset's format under <c>4-tokens/text</c>, whose counts and whose rows (<c>license_evidence</c> "none: given as text") say so.
/// </summary>
/// <remarks>
/// A JSON line is an object with <c>text</c> or <c>content</c>; a Parquet table has a column of one of these names. Documents with the same
/// <c>repo_name</c> are held out together; documents without one are grouped into 256 by the first byte of their content's id.
/// </remarks>
internal static class TextSources
{
    private const string Evidence = "none: given as text";
    private const string FaultName = "text.unreadable";
    private const int MaxDocumentBytes = 64 << 20; // a longer document is more likely a mistake than a text; bounds the memory of a reader
    private const long ShardBytes = 256L << 20;    // of text
    private static readonly string[] TextNames = ["text", "content"];

    /// <summary>Imports the sources as shards, unless that is done already.</summary>
    /// <param name="context">The run.</param>
    /// <param name="sources">Each <c>jsonl:PATH</c> or <c>parquet:PATH</c>, a file or a folder of them.</param>
    /// <param name="optionsHash">The hash of the tokenize stage's options.</param>
    /// <param name="cancellation">Stops the import.</param>
    /// <returns>The shards, in order.</returns>
    /// <exception cref="DataForgeException">A source is not valid, or the sources hold no text.</exception>
    public static async Task<IReadOnlyList<ManifestOutput>> ImportAsync(
        StageContext context, IEnumerable<string> sources, string optionsHash, CancellationToken cancellation)
    {
        List<(bool IsParquet, string Path)> files = [.. sources.SelectMany(Files)];
        string input = StageHash.Combine(files.Select(file => Path.GetFileName(file.Path) + " " + StageHash.OfFile(file.Path)));
        var plan = new PartPlan(TokenizeParts.Text, input, 1, (output, token) =>
        {
            Import(context, files, output, token);
            return Task.CompletedTask;
        });
        ManifestEntry entry = await context.RunPartAsync(StageNames.Tokenize, optionsHash, plan, cancellation).ConfigureAwait(false);
        context.Events.Write(Note.Warning(
            $"{entry.Count(CountName.DocumentsUnfiltered):N0} documents are tokenized as they are: "
            + "no rule, licence or redaction was applied to them"));
        return [.. entry.Outputs.OrderBy(output => output.Path, StringComparer.Ordinal)];
    }

    private static IEnumerable<(bool IsParquet, string Path)> Files(string source)
    {
        int colon = source.IndexOf(':', StringComparison.Ordinal);
        string kind = colon > 0 ? source[..colon] : "", path = HomePath.Expand(source[(colon + 1)..]);
        bool parquet = kind == "parquet";
        if (!parquet && kind != "jsonl")
        {
            throw DataForgeException.Usage($"The source '{source}' is not valid: tokenize takes jsonl:PATH and parquet:PATH.");
        }

        if (File.Exists(path))
        {
            return [(parquet, path)];
        }

        string[] endings = parquet ? [".parquet"] : [".jsonl", ".jsonl.gz"];
        string[] found = !Directory.Exists(path) ? [] :
            [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Where(file => endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal))).Order(StringComparer.Ordinal)];
        return found.Length > 0
            ? found.Select(file => (parquet, file))
            : throw DataForgeException.Usage($"The source {source} has no file of that kind.");
    }

    private static void Import(
        StageContext context, List<(bool IsParquet, string Path)> files, PartOutput output, CancellationToken cancellation)
    {
        CorpusShard.Writer? writer = null;
        int shards = 0;
        long inShard = 0;
        try
        {
            foreach ((bool parquet, string path) in files)
            {
                foreach ((byte[] text, string? repository) in parquet ? ParquetRows(path) : JsonLines(path, ReportBadLine))
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (writer is null || inShard >= ShardBytes)
                    {
                        writer?.Close();
                        writer?.Dispose();
                        writer = new CorpusShard.Writer(output.Create($"{RunPaths.GivenText}/part-{shards++:D5}.parquet"));
                        inShard = 0;
                    }

                    BlobId id = BlobId.Of(text);
                    writer.Append(Row(id, text.Length, repository ?? "text/" + id.ToString()[..2], Path.GetFileName(path)), text);
                    inShard += text.Length;
                    output.Add(CountName.DocumentsUnfiltered);
                    output.Add(CountName.BytesUnfiltered, text.Length);
                }
            }

            writer?.Close();
        }
        finally
        {
            writer?.Dispose();
        }

        if (shards == 0)
        {
            throw DataForgeException.Usage(
                "The sources have no text: a JSON line needs \"text\" or \"content\", a Parquet table a column of that name.");
        }

        void ReportBadLine(string where, string detail)
        {
            output.Add(CountName.DocumentsBad);
            context.Events.Write(new FileFault(StageNames.Tokenize, where, FaultName, detail));
        }
    }

    private static CorpusFile Row(BlobId id, int size, string repository, string file) => new()
    {
        BlobId = id,
        ContentId = id,
        Attribution = new Attribution
        {
            Repository = new RepositoryFacts { Source = "text", Id = 0, Name = repository, Snapshot = 0 },
            Path = file,
            License = "",
            LicenseClass = LicenseClass.None,
            LicenseEvidence = Evidence,
            Copies = 1,
        },
        Size = size,
    };

    private static IEnumerable<(byte[] Text, string? Repository)> ParquetRows(string path)
    {
        using ParquetReader reader = ParquetReader.Open(path);
        string[] columns = [.. reader.Schema.Columns.Select(column => column.Name)];
        string text = TextNames.FirstOrDefault(columns.Contains)
            ?? throw DataForgeException.Usage($"{path} has no column text or content; it has {string.Join(", ", columns)}.");
        string repository = Column.RepositoryName.Name;
        bool hasRepository = columns.Contains(repository);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroup rows = reader.ReadRowGroup(group, hasRepository ? [text, repository] : [text]);
            for (int row = 0; row < rows.RowCount; row++)
            {
                BinaryColumn texts = rows.Binary(text);
                if (!texts.IsNull(row) && texts[row].Length is > 0 and <= MaxDocumentBytes)
                {
                    bool isNamed = hasRepository && !rows.Binary(repository).IsNull(row);
                    yield return (texts[row].ToArray(), isNamed ? rows.Binary(repository).GetString(row) : null);
                }
            }
        }
    }

    private static IEnumerable<(byte[] Text, string? Repository)> JsonLines(string path, Action<string, string> bad)
    {
        using Stream stream = WholeGzipStream.OpenRead(path);
        using var lines = new BoundedLineReader(stream, MaxDocumentBytes);
        long number = 0;
        while (lines.TryReadLine(out ReadOnlyMemory<byte> line, out bool isTooLong))
        {
            number++;
            if (isTooLong)
            {
                bad($"{Path.GetFileName(path)}:{number}", $"longer than {MaxDocumentBytes >> 20} MiB");
            }
            else if (line.Length > 0)
            {
                (byte[] Text, string? Repository)? document = ParseLine(line, fault => bad($"{Path.GetFileName(path)}:{number}", fault));
                if (document is { Text.Length: > 0 })
                {
                    yield return document.Value;
                }
            }
        }
    }

    private static (byte[] Text, string? Repository)? ParseLine(ReadOnlyMemory<byte> line, Action<string> bad)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            foreach (string name in TextNames)
            {
                if (Text(json.RootElement, name) is { } text)
                {
                    return (Encoding.UTF8.GetBytes(text), Text(json.RootElement, Column.RepositoryName.Name));
                }
            }

            bad("no text and no content");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            bad(e.Message);
        }

        return null;
    }

    private static string? Text(JsonElement json, string property) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(property, out JsonElement value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
