namespace DataForge.Inspection.Verification.SecondReader;

/// <summary>
/// Reads a published shard a second time, with Parquet.Net, and compares every column with what the project's own reader found: a fault
/// that the own writer and reader share would show in no other check.
/// </summary>
internal static class SecondReading
{
    // Damaged files have made Parquet.Net run without end; a whole one takes a thousandth of this.
    private static readonly TimeSpan LeastLimit = TimeSpan.FromMinutes(2);
    private const double LeastBytesPerSecond = 100_000;

    /// <summary>Reads the file and compares.</summary>
    /// <param name="file">The shard, which the own reader has read whole.</param>
    /// <param name="own">What that found.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="DataForge.Corpus.DataForgeException">Parquet.Net cannot read it, or reads something else.</exception>
    public static void Check(ManifestFile file, ColumnHashes own, CancellationToken cancellation)
    {
        TimeSpan limit = LeastLimit + TimeSpan.FromSeconds(file.Output.Bytes / LeastBytesPerSecond);
        ColumnHashes second;
        try
        {
            second = Task.Run(() => ParquetNetFile.HashAsync(file.Path, own.Schema, cancellation), cancellation)
                .WaitAsync(limit, cancellation).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw file.Fault($"Parquet.Net cannot read it ({e.Message.TrimEnd('.')}), the own reader can");
        }

        if (second.Rows != own.Rows)
        {
            throw file.Fault($"Parquet.Net reads {second.Rows} rows, the own reader {own.Rows}");
        }

        if (own.DifferencesTo(second).ToList() is { Count: > 0 } columns)
        {
            throw file.Fault($"Parquet.Net and the own reader read different values of {string.Join(", ", columns)}");
        }
    }
}
