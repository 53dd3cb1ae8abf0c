using DataForge.Crawler.Git;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// A bare repository that packs are put into, made by hand: a process for it would take longer than the files. It has no remote, no
/// hooks and no reference; what is read from it is named by id. Deleted when its repository is written.
/// </summary>
internal sealed class Mirror(string folder, GitCommand git, FetchQuota quota) : IPackSink, IDisposable
{
    // What index-pack takes: objects up to this many bytes are resolved in memory, larger ones that stand alone are streamed.
    private const long Memory = 1L << 30;

    // index-pack computes each object's id from its content. Broken trees and odd names are judged where they are read, path by path;
    // git 2.39 cannot be told which of fsck's old, harmless faults to let through in a partial fetch.
    private static readonly string[] Take =
    [
        "-c", "core.bigFileThreshold=16m", "-c", "core.packedGitWindowSize=16m", "-c", "core.packedGitLimit=128m", "-c", "core.deltaBaseCacheLimit=32m",
        "-c", "pack.threads=1", "-c", "pack.writeReverseIndex=false", "index-pack", "--stdin", "--threads=1",
    ];

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>Bytes of its packs.</summary>
    public long Bytes { get; private set; }

    /// <summary>Makes the empty repository.</summary>
    public void Create()
    {
        Dispose();
        Directory.CreateDirectory(Path.Combine(folder, "objects", "pack"));
        Directory.CreateDirectory(Path.Combine(folder, "refs", "heads"));
        File.WriteAllText(Path.Combine(folder, "HEAD"), "ref: refs/heads/none\n");
        File.WriteAllText(Path.Combine(folder, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
    }

    /// <inheritdoc/>
    /// <exception cref="FetchException">It is no sound pack, or takes more than it may.</exception>
    public async Task TakeAsync(PackStream pack, CancellationToken cancellation)
    {
        // A large blob may stand in a pack uncompressed; the index is of objects, 32 bytes each at most.
        var limits = new ProcessLimits(Memory, quota.Left + (64L << 20), 3600);
        long bytes = 0;
        bool hasEnded = false;
        try
        {
            await git.RunAsync(folder, Take, async (input, token) =>
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
            string said = FetchException.Printable(e.Message.Replace(folder, "", StringComparison.Ordinal));
            bool isMemory = said.Contains("memory", StringComparison.Ordinal) || said.Contains("more than it may", StringComparison.Ordinal)
                || said.Contains("larger file", StringComparison.Ordinal) || said.Contains("mmap", StringComparison.Ordinal);
            throw isMemory
                ? new FetchException(FaultRules.Limit, $"its pack takes more than it may ({said})", inner: e)
                : new FetchException(FaultRules.Corrupt, hasEnded || bytes > 0 ? $"its pack is damaged ({said})" : said, inner: e);
        }
    }

    /// <summary>Deletes it.</summary>
    public void Dispose()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
