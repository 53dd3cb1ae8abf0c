using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Crawler.Git;

/// <summary>
/// A bare copy of a remote repository's HEAD, one commit deep. Where the server supports it, the commit is fetched without blobs, and the
/// blobs that are wanted follow in one batch: in most repositories Python is the smaller part.
/// </summary>
/// <param name="text">The source as the user wrote it, for messages.</param>
/// <param name="address">The repository's address.</param>
/// <param name="mirrorFolder">The folder of all mirrors.</param>
/// <param name="git">The git command line.</param>
internal sealed class GitMirror(string text, string address, string mirrorFolder, GitCommand git)
{
    private const string Branch = "refs/heads/crawled";

    private string Folder => Path.Combine(mirrorFolder, FolderName(address));

    /// <summary>The name of the mirror of an address.</summary>
    public static string FolderName(string address) => StageHash.Of(address)[..32] + ".git";

    /// <summary>Updates the mirror to the remote HEAD where it differs, and returns the mirror's folder.</summary>
    /// <exception cref="DataForgeException">The repository cannot be reached, or has no commit.</exception>
    public async Task<string> UpdateAsync(CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(mirrorFolder);
            string answer = Encoding.ASCII.GetString(
                await git.RunAsync(mirrorFolder, ["ls-remote", "--", address, "HEAD"], null, cancellation).ConfigureAwait(false));
            string commit = answer.Split('\t')[0].Trim();
            if (commit.Length == 0)
            {
                throw DataForgeException.Usage($"{text}: HEAD names no commit there; name a repository with a default branch.");
            }

            if (!Directory.Exists(Folder) || await HeadAsync(cancellation).ConfigureAwait(false) != commit)
            {
                await FetchAsync(cancellation).ConfigureAwait(false);
            }

            return Folder;
        }
        catch (GitException e)
        {
            throw Unreachable(e);
        }
    }

    /// <summary>Fetches blobs that the first fetch left out.</summary>
    /// <exception cref="DataForgeException">The repository cannot be reached.</exception>
    public async Task FetchBlobsAsync(IEnumerable<string> ids, CancellationToken cancellation)
    {
        try
        {
            string[] fetch =
            [
                "-c", "fetch.negotiationAlgorithm=noop",
                "fetch", "-q", "--no-tags", "--no-write-fetch-head", "--filter=blob:none", "--stdin", "origin",
            ];
            try
            {
                await git.RunAsync(Folder, fetch, string.Join('\n', ids) + "\n", cancellation).ConfigureAwait(false);
            }
            catch (GitException)
            {
                // A server that does not send single blobs is asked for all of them.
                string[] all = ["fetch", "-q", "--no-tags", "--depth=1", "--refetch", "--no-filter", "origin", "+HEAD:" + Branch];
                await git.RunAsync(Folder, all, null, cancellation).ConfigureAwait(false);
            }
        }
        catch (GitException e)
        {
            throw Unreachable(e);
        }
    }

    private async Task<string> HeadAsync(CancellationToken cancellation)
    {
        try
        {
            string[] parse = ["rev-parse", "--verify", "-q", Branch + "^{commit}"];
            return Encoding.ASCII.GetString(await git.RunAsync(Folder, parse, null, cancellation).ConfigureAwait(false)).Trim();
        }
        catch (GitException)
        {
            // Nothing was fetched yet, or a fetch was interrupted.
            return "";
        }
    }

    // A killed process may leave lock files behind; then the mirror is created again.
    private async Task FetchAsync(CancellationToken cancellation)
    {
        string[] fetch =
            ["fetch", "-q", "--no-tags", "--no-write-fetch-head", "--depth=1", "--filter=blob:none", "origin", "+HEAD:" + Branch];
        if (Directory.Exists(Folder))
        {
            try
            {
                await git.RunAsync(Folder, fetch, null, cancellation).ConfigureAwait(false);
                return;
            }
            catch (GitException)
            {
                Directory.Delete(Folder, recursive: true);
            }
        }

        await git.RunAsync(mirrorFolder, ["init", "-q", "--bare", "--initial-branch=crawled", "--template=", Folder], null, cancellation)
            .ConfigureAwait(false);
        await git.RunAsync(Folder, ["config", "remote.origin.url", address], null, cancellation).ConfigureAwait(false);
        await git.RunAsync(Folder, fetch, null, cancellation).ConfigureAwait(false);
    }

    private DataForgeException Unreachable(GitException e) => new(
        $"{text} cannot be fetched ({e.Message}): check the address and your rights to it, then run the same command again.", inner: e);
}
