namespace DataForge.Crawler.Storage;

/// <summary>Times of leases, in milliseconds since 1970 (UTC), as the catalog stores them.</summary>
internal sealed class LeaseClock(TimeProvider time)
{
    /// <summary>The time now.</summary>
    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>When a lease that begins now expires.</summary>
    public long ExpiryAfter(TimeSpan duration) => Now + (long)duration.TotalMilliseconds;
}
