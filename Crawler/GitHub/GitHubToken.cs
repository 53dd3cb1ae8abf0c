using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace DataForge.Crawler.GitHub;

/// <summary>
/// A token. Its text can only be put into the header of a request: there is no property, and <see cref="ToString"/> masks it.
/// </summary>
public sealed class GitHubToken
{
    // A bound on input. GitHub's tokens have up to 255 characters
    // (https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats).
    private const int MaxLength = 1024;
    private readonly string _text;

    private GitHubToken(string text, string origin) => (_text, Origin) = (text, origin);

    /// <summary>Where it comes from, for messages: <c>GITHUB_TOKEN</c>, <c>line 3 of tokens.txt</c>.</summary>
    public string Origin { get; }

    /// <summary>
    /// A key for what is cached about it: 64 bits of SHA-256, from which a random token of 40 characters cannot be recovered.
    /// </summary>
    internal string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_text)).AsSpan(0, 8));

    /// <summary>A mask, never the token.</summary>
    public override string ToString() => "***";

    /// <summary>Parses a token: printable ASCII without spaces, 1 to 1,024 characters. Null where the text is none.</summary>
    public static GitHubToken? Parse(string text, string origin) =>
        text.Length is > 0 and <= MaxLength && text.All(static c => c is > ' ' and < '\x7f') ? new GitHubToken(text, origin) : null;

    /// <summary>Adds it to a request. The sender removes the header afterwards, so that no text form of the request holds it.</summary>
    internal void Authorize(HttpRequestMessage request) => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _text);

    /// <summary>Whether two tokens have the same text.</summary>
    internal bool IsSame(GitHubToken other) => _text == other._text;
}
