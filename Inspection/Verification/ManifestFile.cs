using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Parquet;

namespace DataForge.Inspection.Verification;

/// <summary>A file that a manifest entry states.</summary>
/// <param name="Folder">The folder that its path is relative to.</param>
/// <param name="Entry">The entry.</param>
/// <param name="Output">What the entry states of the file.</param>
internal sealed record ManifestFile(string Folder, ManifestEntry Entry, ManifestOutput Output)
{
    /// <summary>Its full path.</summary>
    public string Path => System.IO.Path.Combine(Folder, Output.Path);

    /// <summary>Whether it is a Parquet file.</summary>
    public bool IsTable => Output.Path.EndsWith(".parquet", StringComparison.Ordinal);

    /// <summary>Checks its length and its SHA-256; a JSON file is parsed too.</summary>
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
            CheckJson();
        }
    }

    /// <summary>Reads all columns of all row groups, which checks the CRC of each page.</summary>
    /// <param name="read">
    /// Called with each row group, and with the table that the file says it is; null if it names none of the declared ones.
    /// </param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="DataForgeException">It cannot be read, or has another number of rows than stated.</exception>
    public long ReadTable(Action<Table?, ParquetRowGroup> read, CancellationToken cancellation)
    {
        try
        {
            using ParquetReader file = ParquetReader.Open(Path);
            string? kind = file.Metadata.GetValueOrDefault(ShardFile.KindKey);
            Table? table = kind is null ? null : Table.All.FirstOrDefault(table => table.Kind == kind);
            for (int group = 0; group < file.RowGroupCount; group++)
            {
                cancellation.ThrowIfCancellationRequested();
                using ParquetRowGroup rows = file.ReadRowGroup(group);
                read(table, rows);
            }

            return Output.Rows is { } stated && stated != file.RowCount
                ? throw Fault($"has {file.RowCount} rows, {Entry.Stage} {Entry.Part} states {stated}")
                : file.RowCount;
        }
        catch (Exception e) when (e is ParquetException or ArgumentException or FormatException)
        {
            throw Fault($"cannot be read ({e.Message})");
        }
    }

    /// <summary>A fault of this file.</summary>
    /// <param name="fault">What is wrong with it, without a full stop.</param>
    public DataForgeException Fault(string fault) => VerificationFault.Of(Path, fault);

    private void CheckJson()
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path));
        }
        catch (JsonException e)
        {
            throw Fault($"is not JSON ({e.Message})");
        }
    }
}
