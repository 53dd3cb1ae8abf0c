using System.Text.Json;
using DataForge.Corpus;
using DataForge.Parquet;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Verification;

/// <summary>A file as a manifest entry states it.</summary>
/// <param name="Folder">The folder its path is relative to.</param>
/// <param name="Entry">The entry.</param>
/// <param name="Output">What the entry states of the file.</param>
internal sealed record StatedFile(string Folder, ManifestEntry Entry, ManifestOutput Output)
{
    /// <summary>Where it is.</summary>
    public string Path => System.IO.Path.Combine(Folder, Output.Path);

    /// <summary>Whether it is a table.</summary>
    public bool IsTable => Output.Path.EndsWith(".parquet", StringComparison.Ordinal);

    /// <summary>Checks its length and its check-sum; of JSON also that it is some.</summary>
    /// <exception cref="DataForgeException">It is missing or damaged.</exception>
    public void CheckBytes()
    {
        var file = new FileInfo(Path);
        if (!file.Exists)
        {
            throw Fault($"is missing; {Entry.Stage} {Entry.Part} wrote it");
        }

        if (file.Length != Output.Bytes)
        {
            throw Fault($"has {file.Length} bytes, {Entry.Stage} {Entry.Part} wrote {Output.Bytes}");
        }

        if (StageHash.OfFile(Path) is var found && found != Output.Sha256)
        {
            throw Fault($"its SHA-256 is {found}, {Entry.Stage} {Entry.Part} wrote {Output.Sha256}");
        }

        if (Output.Path.EndsWith(".json", StringComparison.Ordinal))
        {
            try
            {
                using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path));
            }
            catch (JsonException e)
            {
                throw Fault($"is no JSON ({e.Message})");
            }
        }
    }

    /// <summary>Goes through all row groups with all columns, which checks each page's CRC, and hands them on.</summary>
    /// <returns>The rows.</returns>
    /// <exception cref="DataForgeException">It cannot be read, or has another number of rows than stated.</exception>
    public long ReadTable(Action<string, ParquetRowGroup> read, CancellationToken cancellation)
    {
        try
        {
            using ParquetReader table = ParquetReader.Open(Path);
            string kind = table.Metadata.GetValueOrDefault(Corpus.Shards.ShardFile.KindKey, "");
            for (int group = 0; group < table.RowGroupCount; group++)
            {
                cancellation.ThrowIfCancellationRequested();
                using ParquetRowGroup rows = table.ReadRowGroup(group);
                read(kind, rows);
            }

            return Output.Rows is { } stated && stated != table.RowCount ? throw Fault($"has {table.RowCount} rows, {Entry.Stage} {Entry.Part} states {stated}") : table.RowCount;
        }
        catch (Exception e) when (e is ParquetException or ArgumentException or FormatException)
        {
            throw Fault($"cannot be read ({e.Message})");
        }
    }

    /// <summary>A fault of this file.</summary>
    public DataForgeException Fault(string fault) => FirstFault.Of(Path, fault);
}
