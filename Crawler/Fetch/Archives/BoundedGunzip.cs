using System.IO.Compression;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Fetch;

/// <summary>A gzip stream that stops where it would give more than it may: in all, or for each byte that was received.</summary>
internal sealed class BoundedGunzip(Stream received, FetchQuota quota, long maxBytes) : ForwardStream
{
    // Deflate gives 1,032 bytes for one at most; source code about four.
    private const long MaxRatio = 100;
    private const long FreeBytes = 16 << 20;

    private readonly GZipStream _inner = new(received, CompressionMode.Decompress);
    private long _given;

    /// <exception cref="FetchException">It gives too much.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _given += count;
        if (_given > maxBytes)
        {
            throw new FetchException(FaultRules.Limit, $"an archive of more than {maxBytes} bytes");
        }

        return _given - FreeBytes > MaxRatio * quota.Received
            ? throw new FetchException(FaultRules.Limit, $"an archive that expands more than {MaxRatio}-fold")
            : count;
    }

    protected override void Dispose(bool disposing)
    {
        _inner.Dispose();
        base.Dispose(disposing);
    }
}
