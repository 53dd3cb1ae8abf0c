using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace DataForge.Crawler.GitHub;

/// <summary>A token. Its text leaves it only as the header of a request: it has no property, and every text form of it is a mask.</summary>
public sealed class GitHubToken
{
    private const int MaxLength = 1024;
    private readonly string _text;

    private GitHubToken(string text, string origin) => (_text, Origin) = (text, origin);

    /// <summary>Where it was given, for messages: <c>GITHUB_TOKEN</c>, <c>line 3 of tokens.txt</c>.</summary>
    public string Origin { get; }

    // A name for what is kept about it: 64 bits of SHA-256, from which a random token of 40 characters cannot be found.
    internal string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_text)).AsSpan(0, 8));

    /// <summary>The mask.</summary>
    public override string ToString() => "***";

    /// <summary>A token of printable ASCII without spaces, 1 to 1,024 characters; null where the text is none.</summary>
    public static GitHubToken? Parse(string text, string origin) =>
        text.Length is > 0 and <= MaxLength && text.All(static c => c is > ' ' and < '\x7f') ? new GitHubToken(text, origin) : null;

    // Puts it on a request; the sender takes the header off again, so that no request's text form holds it.
    internal void Authorize(HttpRequestMessage request) => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _text);

    internal bool IsSame(GitHubToken other) => _text == other._text;
}
