using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Rows;

/// <summary>A source whose files hold one row per source file, rows in any order. All files named form one source.</summary>
/// <param name="kind">The kind of the source.</param>
/// <param name="found">The files in ordinal order.</param>
internal abstract class RowFileSource(string kind, RowFiles found) : ISource
{
    /// <inheritdoc/>
    public string Kind => kind;

    /// <inheritdoc/>
    public string Text => Files.Count == 1 ? $"{kind}:{Files[0]}" : $"{kind}: ({Files.Count} files)";

    /// <summary>The files.</summary>
    protected IReadOnlyList<string> Files => found.Files;

    /// <inheritdoc/>
    public (string Key, string Signature)? WholeSignature(CrawlOptions options) => RowFiles.Sign(kind, Files, options);

    /// <inheritdoc/>
    public ValueTask<SourceScan> ScanAsync(ScanContext context, CancellationToken cancellation)
    {
        if (found.Hidden > 0)
        {
            context.WriteNote(Note.Information(
                $"{kind}: {found.Hidden} files whose names, or whose folders' names, begin with '.' or '_' are not inputs"));
        }

        RowIndex index = CreateIndex(context.Options);
        try
        {
            IndexRows(index, context, cancellation);
            CheckContents(index, context.Options);
            return new(new SourceScan(index.Repositories(), index.Count, index));
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>Creates an empty index for this kind of rows.</summary>
    protected abstract RowIndex CreateIndex(CrawlOptions options);

    /// <summary>Adds the rows of all files to the index.</summary>
    protected abstract void IndexRows(RowIndex index, ScanContext context, CancellationToken cancellation);

    // A wrong column or a damaged export shows in many rows, and would end in an empty corpus without a word.
    private void CheckContents(RowIndex index, CrawlOptions options)
    {
        double allowed = options.MaxNullShare > 0 ? Math.Max(1, options.MaxNullShare * index.Count) : 0;
        if (index.NullContents > allowed)
        {
            string share = options.MaxNullShare.ToString(CultureInfo.InvariantCulture);
            throw new DataForgeException(
                $"{Text}: {index.NullContents} of {index.Count} rows have null in '{ColumnNames.Of(options).Content}', more than the share "
                + $"of {share} that is allowed: mend the rows, name another column with crawl.contentcolumn, or raise crawl.maxnullshare; "
                + "then run the same command again.");
        }
    }

    /// <summary>The exception for a file that cannot be read.</summary>
    protected static DataForgeException Unreadable(string file, Exception inner) =>
        DataForgeException.Usage($"{file} cannot be read ({inner.Message}): name a file that you can read.", inner);
}
