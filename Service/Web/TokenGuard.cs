using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace DataForge.Service.Web;

/// <summary>
/// Checks the token of a request (<c>Authorization: Bearer …</c>), in a time that does not depend on what is given. After ten wrong ones in
/// a minute, an address is refused without a look at its token. Of IPv6, a network of 64 bits counts as one address: whoever has one of
/// its addresses has all.
/// </summary>
internal sealed class TokenGuard : IDisposable
{
    private const string Scheme = "Bearer ";
    private const int WrongTokensPerMinute = 10;

    // Tokens have different lengths, their hashes the same.
    private readonly byte[]? _hash;
    private readonly PartitionedRateLimiter<string> _wrong = PartitionedRateLimiter.Create<string, string>(
        static address => RateLimitPartition.GetFixedWindowLimiter(
            address,
            static _ => new FixedWindowRateLimiterOptions { PermitLimit = WrongTokensPerMinute, Window = TimeSpan.FromMinutes(1) }));

    /// <param name="token">The token; null where none is configured.</param>
    public TokenGuard(string? token) => _hash = token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Why the request is refused, with a status; null where its token is right.</summary>
    public (int Status, string Reason)? Refusal(HttpContext context)
    {
        if (_hash is null)
        {
            return (StatusCodes.Status403Forbidden, "the service can only be read: no token is configured (tokenFile)");
        }

        string address = NetworkOf(context.Connection.RemoteIpAddress);
        if (_wrong.GetStatistics(address) is { CurrentAvailablePermits: 0 })
        {
            return (StatusCodes.Status429TooManyRequests, "too many wrong tokens: try again in a minute");
        }

        string given = context.Request.Headers.Authorization.ToString();
        if (IsRight(given.StartsWith(Scheme, StringComparison.Ordinal) ? given[Scheme.Length..] : ""))
        {
            return null;
        }

        using RateLimitLease counted = _wrong.AttemptAcquire(address);
        return counted.IsAcquired
            ? (StatusCodes.Status401Unauthorized, "the token is missing or wrong")
            : (StatusCodes.Status429TooManyRequests, "too many wrong tokens: try again in a minute");
    }

    /// <summary>Whether this is the token; takes as long for each text of the same length.</summary>
    public bool IsRight(string token) =>
        _hash is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(token)), _hash);

    /// <inheritdoc/>
    public void Dispose() => _wrong.Dispose();

    private static string NetworkOf(IPAddress? address)
    {
        IPAddress? own = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return own is { AddressFamily: AddressFamily.InterNetworkV6 } ? Convert.ToHexString(own.GetAddressBytes(), 0, 8) : $"{own}";
    }
}
