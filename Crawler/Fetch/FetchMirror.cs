using DataForge.Corpus;
using DataForge.Crawler.Git;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// A bare repository that receives packs. Its few files are written directly, which is faster than starting git. It has no remote, no hooks
/// and no references; objects are read from it by their ids. It is deleted when the repository's rows are written.
/// </summary>
/// <param name="folder">Its folder.</param>
/// <param name="git">The git command line.</param>
/// <param name="quota">What fetching the repository may cost.</param>
internal sealed class FetchMirror(string folder, GitCommand git, FetchQuota quota) : IPackSink, IDisposable
{
    // Address space of index-pack. It resolves deltas in memory, with both objects at once, and streams whole objects above
    // core.bigFileThreshold: 1 GiB suffices for deltas of files of some hundred megabytes, far above the largest file that is stored.
    private const long MaxMemory = 1L << 30;

    // A pack is written to disk as received, with its index: of at most 32 bytes per object
    // (https://git-scm.com/docs/gitformat-pack#_version_2_pack_idx_files_support_packs_larger_than_4_gib_and), 2,000,000 objects by
    // default.
    private const long IndexBytes = 64L << 20;

    // A bound on a hostile pack; the repository's own timeout is shorter by default.
    private const long MaxProcessorSeconds = 3600;

    // index-pack computes each object's id from its content. There is no fsck: broken trees and odd names are detected where they are read,
    // path by path, and git 2.39 cannot be told which old, harmless faults to accept in a partial fetch. The settings keep memory small.
    private static readonly string[] IndexPack =
    [
        "-c", "core.bigFileThreshold=16m", "-c", "core.packedGitWindowSize=16m", "-c", "core.packedGitLimit=128m",
        "-c", "core.deltaBaseCacheLimit=32m", "-c", "pack.threads=1", "-c", "pack.writeReverseIndex=false",
        "index-pack", "--stdin", "--threads=1",
    ];

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>Bytes of its packs.</summary>
    public long Bytes { get; private set; }

    /// <summary>Creates the empty repository, in place of what the folder held.</summary>
    public void Create()
    {
        Dispose();
        Directory.CreateDirectory(Path.Combine(folder, "objects", "pack"));
        Directory.CreateDirectory(Path.Combine(folder, "refs", "heads"));
        File.WriteAllText(Path.Combine(folder, "HEAD"), "ref: refs/heads/none\n");
        File.WriteAllText(Path.Combine(folder, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
    }

    /// <inheritdoc/>
    /// <exception cref="FetchException">The pack is damaged, or exceeds a limit.</exception>
    public async Task TakeAsync(PackStream pack, CancellationToken cancellation)
    {
        var limits = new ProcessLimits(MaxMemory, quota.Remaining + IndexBytes, MaxProcessorSeconds);
        long bytes = 0;
        bool hasEnded = false;
        try
        {
            await git.RunAsync(folder, IndexPack, async (input, token) =>
            {
                while (await pack.ReadAsync(token).ConfigureAwait(false) is { Length: > 0 } piece)
                {
                    bytes += piece.Length;
                    await GitCommand.WriteAsync(input, piece, token).ConfigureAwait(false);
                }

                hasEnded = true;
            }, limits, cancellation).ConfigureAwait(false);
            Bytes += bytes;
        }
        catch (GitException e)
        {
            string message = FetchException.Printable(e.Message.Replace(folder, "", StringComparison.Ordinal));
            bool isLimit = message.Contains("memory", StringComparison.Ordinal)
                || message.Contains("more than it may", StringComparison.Ordinal)
                || message.Contains("larger file", StringComparison.Ordinal) || message.Contains("mmap", StringComparison.Ordinal);
            throw isLimit
                ? new FetchException(RuleNames.Limit, $"its pack takes more than it may ({message})", inner: e)
                : new FetchException(RuleNames.Corrupt, hasEnded || bytes > 0 ? $"its pack is damaged ({message})" : message, inner: e);
        }
    }

    /// <summary>Deletes the repository.</summary>
    public void Dispose()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
