using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Rows;

/// <summary>A source whose files hold one row per source file, rows in any order. All files named form one source.</summary>
/// <param name="kind">The kind of the source.</param>
/// <param name="files">The files, absolute, in ordinal order.</param>
internal abstract class RowFileSource(string kind, IReadOnlyList<string> files) : ISource
{
    /// <inheritdoc/>
    public string Kind => kind;

    /// <inheritdoc/>
    public string Text => files.Count == 1 ? $"{kind}:{files[0]}" : $"{kind}: ({files.Count} files)";

    /// <summary>The files.</summary>
    protected IReadOnlyList<string> Files => files;

    /// <inheritdoc/>
    public (string Key, string Signature)? WholeSignature(CrawlOptions options) => RowFiles.Sign(kind, files, options);

    /// <inheritdoc/>
    public ValueTask<SourceScan> ScanAsync(ScanContext context, CancellationToken cancellation)
    {
        RowIndex index = CreateIndex(context.Options);
        try
        {
            IndexRows(index, context, cancellation);
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

    /// <summary>The exception for a file that cannot be read.</summary>
    protected static DataForgeException Unreadable(string file, Exception inner) =>
        DataForgeException.Usage($"{file} cannot be read ({inner.Message}): name a file that you can read.", inner);
}
