using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Rows;

/// <summary><c>jsonl:FILE-or-DIR</c>: JSON Lines, plain or <c>.gz</c>.</summary>
internal sealed class JsonLinesSource(RowFiles files) : RowFileSource(KindName, files)
{
    /// <summary>The kind of this source.</summary>
    public const string KindName = "jsonl";

    /// <inheritdoc/>
    protected override RowIndex CreateIndex(CrawlOptions options) => new(KindName, new JsonRow(ColumnNames.Of(options)), options);

    /// <inheritdoc/>
    protected override void IndexRows(RowIndex index, ScanContext context, CancellationToken cancellation)
    {
        var format = new JsonRow(ColumnNames.Of(context.Options));
        var rows = new List<(Row Row, int Start, int Length)>();
        foreach (string file in Files)
        {
            Scan(file, index, format, rows, context, cancellation);
        }
    }

    private static void Scan(
        string file, RowIndex index, JsonRow format, List<(Row Row, int Start, int Length)> rows, ScanContext context,
        CancellationToken cancellation)
    {
        try
        {
            // Rows are read a second time by their offsets, which a compressed file does not allow.
            string plain = file.EndsWith(".gz", StringComparison.Ordinal) ? Unpack(file, context.ScratchFolder, cancellation) : file;
            int number = index.AddFile(plain);
            using var lines = new LineReader(plain, file, context.Options.MaxLineBytes);
            while (lines.TryRead(out ReadOnlySpan<byte> line))
            {
                int byteOrderMark = lines.Number == 1 && line.StartsWith("\uFEFF"u8) ? 3 : 0;
                line = line[byteOrderMark..];
                if (line.Trim(" \t\r"u8).IsEmpty)
                {
                    continue;
                }

                if ((lines.Number & 0xFF) == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                }

                try
                {
                    format.Parse(line, rows);
                }
                catch (FormatException e)
                {
                    throw lines.Fault(e.Message, e);
                }

                foreach ((Row row, int start, int length) in rows)
                {
                    index.Add(row, line.Slice(start, length), number, lines.Offset + byteOrderMark + start);
                }
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or FileNotFoundException)
        {
            throw Unreadable(file, e);
        }
    }

    private static string Unpack(string file, string scratch, CancellationToken cancellation)
    {
        string plain = Path.Combine(scratch, Corpus.Runs.StageHash.Of(file)[..16] + ".jsonl");
        using FileStream packed = File.OpenRead(file);
        using var unpacked = new FileStream(plain, FileMode.Create, FileAccess.Write);
        byte[] buffer = new byte[1 << 16];
        using var gzip = new WholeGzipStream(packed, file);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            int read = gzip.Read(buffer);
            if (read == 0)
            {
                return plain;
            }

            unpacked.Write(buffer, 0, read);
        }
    }
}
