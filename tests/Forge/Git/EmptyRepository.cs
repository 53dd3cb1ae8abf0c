namespace DataForge.Forge.Git;

/// <summary>The responses of git's backend for a repository without commits (gitprotocol-v2), without starting git.</summary>
internal static class EmptyRepository
{
    private static readonly byte[] Capabilities =
        [.. "001e# service=git-upload-pack\n0000000eversion 2\n0015agent=git/2.39.5\n0013ls-refs=unborn\n"u8,
            .. "0019fetch=shallow filter\n0017object-format=sha1\n0000"u8];

    /// <summary>Answers a request.</summary>
    public static async Task AnswerAsync(Exchange exchange, string rest)
    {
        bool isOffer = rest == "/info/refs";
        exchange.Status = exchange.Context.Response.StatusCode = 200;
        exchange.Context.Response.ContentType = $"application/x-git-upload-pack-{(isOffer ? "advertisement" : "result")}";
        exchange.Context.Response.Headers.CacheControl = "no-cache, max-age=0, must-revalidate";
        await exchange.SendAsync(isOffer ? Capabilities : "0000"u8.ToArray()).ConfigureAwait(false);
    }
}
