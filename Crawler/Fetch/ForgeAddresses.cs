namespace DataForge.Crawler.Fetch;

/// <summary>Which addresses belong to a forge. Requests and credentials are sent to no others.</summary>
/// <param name="forge">Scheme, host and port of the repositories' addresses.</param>
/// <param name="api">Base address of the forge's API, which serves archives.</param>
internal sealed class ForgeAddresses(Uri forge, Uri api)
{
    // GitHub redirects requests for archives to this host.
    private const string ArchiveHost = "codeload.github.com";

    /// <summary>Scheme, host and port of the repositories' addresses.</summary>
    public Uri Forge => forge;

    /// <summary>Whether an address is at the forge.</summary>
    public bool IsAtForge(Uri address) => address.IsAbsoluteUri && IsAt(forge, address);

    /// <summary>Whether a request to an address gets credentials: at the forge or at its API.</summary>
    public bool TakesCredentials(Uri address) => IsAtForge(address) || IsAt(api, address);

    /// <summary>
    /// Whether a request counts against the API's rate limit: a request for a repository by its name or, after a rename, by its number.
    /// </summary>
    public bool IsRateLimited(Uri address) => IsAt(api, address)
        && address.AbsolutePath.StartsWith(api.AbsolutePath, StringComparison.Ordinal)
        && address.AbsolutePath[api.AbsolutePath.Length..].TrimStart('/') is { } path
        && (path.StartsWith("repos/", StringComparison.Ordinal) || path.StartsWith("repositories/", StringComparison.Ordinal));

    /// <summary>Whether a redirect to an address is followed: within the forge and its API, and to GitHub's archives.</summary>
    public bool IsRedirectTarget(Uri address) => TakesCredentials(address)
        || (address.Host == ArchiveHost && address.Scheme == Uri.UriSchemeHttps && address.UserInfo.Length == 0);

    private static bool IsAt(Uri server, Uri address) => address.UserInfo.Length == 0
        && Uri.Compare(address, server, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
