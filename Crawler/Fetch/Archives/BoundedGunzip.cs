using System.IO.Compression;
using DataForge.Corpus;

namespace DataForge.Crawler.Fetch;

/// <summary>A gzip stream with limits on the expanded bytes: in all, and per received byte.</summary>
/// <param name="received">The compressed stream.</param>
/// <param name="quota">Counts the received bytes.</param>
/// <param name="maxBytes">The limit on the expanded bytes.</param>
internal sealed class BoundedGunzip(Stream received, FetchQuota quota, long maxBytes) : ForwardStream
{
    // Deflate expands a byte to 1,032 at most (https://zlib.net/zlib_tech.html), source code to about four. The first 16 MiB are exempt, as
    // a small archive may begin with very regular data.
    private const long MaxRatio = 100;
    private const long FreeBytes = 16 << 20;

    private readonly GZipStream _inner = new(received, CompressionMode.Decompress);
    private long _expanded;

    /// <inheritdoc/>
    /// <exception cref="FetchException">A limit is exceeded.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _expanded += count;
        if (_expanded > maxBytes)
        {
            throw new FetchException(RuleNames.Limit, $"an archive of more than {maxBytes} bytes");
        }

        return _expanded - FreeBytes > MaxRatio * quota.Received
            ? throw new FetchException(RuleNames.Limit, $"an archive that expands more than {MaxRatio}-fold")
            : count;
    }

    protected override void Dispose(bool disposing)
    {
        _inner.Dispose();
        base.Dispose(disposing);
    }
}
