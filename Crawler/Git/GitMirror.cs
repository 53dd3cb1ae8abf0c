using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Crawler.Git;

/// <summary>
/// A bare copy of one commit of a remote repository: HEAD's, or that of the address's revision. Where the server supports it, the commit
/// is fetched without blobs, and the blobs that are wanted follow in one batch: in most repositories Python is the smaller part.
/// </summary>
/// <param name="text">The source as the user wrote it, for messages.</param>
/// <param name="location">The repository's address and revision.</param>
/// <param name="mirrorFolder">The folder of all mirrors.</param>
/// <param name="git">The git command line.</param>
internal sealed class GitMirror(string text, GitLocation location, string mirrorFolder, GitCommand git)
{
    private const string Branch = "refs/heads/crawled";

    // What is fetched: HEAD, or the commit that the revision names.
    private string _wanted = "HEAD";

    private string Folder => Path.Combine(mirrorFolder, FolderName(location.Location));

    /// <summary>The name of the mirror of a location.</summary>
    public static string FolderName(string location) => StageHash.Of(location)[..32] + ".git";

    /// <summary>Updates the mirror to the remote commit where it differs, and returns the mirror's folder.</summary>
    /// <exception cref="DataForgeException">The repository cannot be reached, or has no commit.</exception>
    public async Task<string> UpdateAsync(CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(mirrorFolder);
            string commit = await RemoteCommitAsync(cancellation).ConfigureAwait(false);
            _wanted = location.Revision is null ? "HEAD" : commit;
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
                // If a server does not send single blobs, all of them are requested.
                string[] all = ["fetch", "-q", "--no-tags", "--depth=1", "--refetch", "--no-filter", "origin", $"+{_wanted}:{Branch}"];
                await git.RunAsync(Folder, all, null, cancellation).ConfigureAwait(false);
            }
        }
        catch (GitException e)
        {
            throw Unreachable(e);
        }
    }

    // A commit's id needs no question to the server. Of a tag with a message, the commit behind it is what counts ("^{}").
    private async Task<string> RemoteCommitAsync(CancellationToken cancellation)
    {
        string? revision = location.Revision;
        if (revision is not null && CommitId.IsValid(revision))
        {
            return revision;
        }

        string[] names = revision is null
            ? ["HEAD"]
            : [$"refs/tags/{revision}^{{}}", $"refs/tags/{revision}", $"refs/heads/{revision}"];
        byte[] answer = await git.RunAsync(mirrorFolder, ["ls-remote", "--", location.Address, .. names], null, cancellation)
            .ConfigureAwait(false);
        Dictionary<string, string> commits = Encoding.ASCII.GetString(answer)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))
            .Where(fields => fields.Length == 2)
            .ToDictionary(fields => fields[1], fields => fields[0]);
        return names.Select(name => commits.GetValueOrDefault(name)).FirstOrDefault(id => id is not null)
            ?? throw DataForgeException.Usage(revision is null
                ? $"{text}: HEAD names no commit there; name a repository with a default branch."
                : $"{text}: there is no branch or tag '{revision}'; name one, or a commit's id of {CommitId.Length} digits.");
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
            ["fetch", "-q", "--no-tags", "--no-write-fetch-head", "--depth=1", "--filter=blob:none", "origin", $"+{_wanted}:{Branch}"];
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
        await git.RunAsync(Folder, ["config", "remote.origin.url", location.Address], null, cancellation).ConfigureAwait(false);
        await git.RunAsync(Folder, fetch, null, cancellation).ConfigureAwait(false);
    }

    private DataForgeException Unreachable(GitException e) => new(
        $"{text} cannot be fetched ({e.Message}): check the address and your rights to it, then run the same command again.", inner: e);
}
