using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Sharing;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Sources;

/// <summary>A source of repositories.</summary>
public interface ISource
{
    /// <summary>The kind: the word before the colon. It is part of every repository's id.</summary>
    string Kind { get; }

    /// <summary>The source as the user wrote it, for messages.</summary>
    string Text { get; }

    /// <summary>
    /// A key of the whole source, and a signature that is the same as long as nothing in it can have changed; both cheap to compute. Null
    /// where computing them costs as much as a scan. A source with the signature of its last complete crawl is not scanned.
    /// </summary>
    (string Key, string Signature)? WholeSignature(CrawlOptions options);

    /// <summary>Finds the source's repositories, in order of their ids.</summary>
    /// <exception cref="DataForgeException">The source is damaged, or no longer exists.</exception>
    ValueTask<SourceScan> ScanAsync(ScanContext context, CancellationToken cancellation);
}

/// <summary>The result of a scan.</summary>
/// <param name="Repositories">The repositories in order of their ids, each id once.</param>
/// <param name="Files">The number of files, for the progress line; −1 where unknown.</param>
/// <param name="Held">Resources of the repositories, to dispose when the crawl ends; null for none.</param>
public sealed record SourceScan(IReadOnlyList<ISourceRepository> Repositories, long Files, IDisposable? Held = null)
{
    /// <summary>Called when all repositories are committed, with the snapshot of each.</summary>
    public Action<IReadOnlyList<(long Repository, int Snapshot)>>? Finished { get; init; }

    /// <summary>Queries of the ledger whose rounds end when the run has its input.</summary>
    public IReadOnlyList<string> Queries { get; init; } = [];
}

/// <summary>What a source is scanned with.</summary>
/// <param name="Options">The options.</param>
/// <param name="ScratchFolder">A folder for temporary files, emptied before each crawl.</param>
/// <param name="MirrorFolder">A folder for fetched repositories, kept between crawls.</param>
/// <param name="StoredSize">
/// Returns the bytes of a content that the workspace stores; −1 where it does not. Safe from several threads.
/// </param>
public sealed record ScanContext(CrawlOptions Options, string ScratchFolder, string MirrorFolder, Func<BlobId, long> StoredSize)
{
    /// <summary>The clock for waits and time limits; no row depends on it.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Writes a line for the user to the event log and the terminal.</summary>
    public Action<Note> WriteNote { get; init; } = static _ => { };

    /// <summary>Writes what is left of a forge's rate limit to the event log.</summary>
    public Action<ApiBudget> WriteBudget { get; init; } = static _ => { };

    /// <summary>Begins a progress line that counts in a unit; null if no progress is shown.</summary>
    public Func<string, StageProgress>? Progress { get; init; }

    /// <summary>Creates the handlers that send HTTP requests.</summary>
    public IHttpHandlerFactory Handlers { get; init; } = NetworkHandlerFactory.Instance;

    /// <summary>The catalog, with the states of repositories and the ledger of searches; null if no forge is crawled.</summary>
    internal Catalog? Catalog { get; init; }

    /// <summary>Repositories that other crawlers fetch for this one; null if the catalog is not shared.</summary>
    internal SharedFetch? Shared { get; init; }

    /// <summary>Whether the workspace stores a content, which then need not be read.</summary>
    public bool IsStored(BlobId id) => StoredSize(id) >= 0;
}

/// <summary>A repository that a scan found.</summary>
public interface ISourceRepository
{
    /// <summary>Its id.</summary>
    long Id { get; }

    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>Whether it is fetched over a network: opening it waits more than it computes.</summary>
    bool IsRemote => false;

    /// <summary>
    /// A text that is known before the repository is opened, and is the same as long as its files are. With the text of its last complete
    /// crawl the repository is not opened. Null where there is none.
    /// </summary>
    string? Freshness => null;

    /// <summary>The time of the last push, where a forge gives it.</summary>
    DateTimeOffset? PushedAt => null;

    /// <summary>Opens its present state. Safe to call for several repositories at a time.</summary>
    ValueTask<IOpenRepository> OpenAsync(CancellationToken cancellation);
}

/// <summary>The present state of a repository.</summary>
public interface IOpenRepository : IDisposable
{
    /// <summary>Its facts (the stage sets the snapshot's number).</summary>
    RepositoryFacts Facts { get; }

    /// <summary>A text that is the same as long as its files are. Used in the catalog only, so it may depend on the machine.</summary>
    string Signature { get; }

    /// <summary>Its files in the order of <see cref="PathText.Compare"/>, with the limits applied (<see cref="Listing"/>).</summary>
    ValueTask<IReadOnlyList<FoundFile>> ListAsync(CancellationToken cancellation);

    /// <summary>Reads a listed file. Safe from several threads; a file that cannot be read is a fault, not an exception.</summary>
    ReadFile Read(FoundFile file);
}

/// <summary>A file of a repository that is not read yet. Sources derive types of their own, with what they need to read it.</summary>
public class FoundFile
{
    /// <summary>Its path (<see cref="Occurrence.Path"/>).</summary>
    public required string Path { get; init; }

    /// <summary>Its git mode.</summary>
    public int Mode { get; init; } = GitMode.File;

    /// <summary>Its kind.</summary>
    public required FileKind Kind { get; init; }

    /// <summary>Source bytes; −1 where unknown before reading.</summary>
    public long Size { get; init; } = -1;

    /// <summary>The maximum of its bytes in memory, where <see cref="Size"/> is unknown.</summary>
    public int Weight { get; init; }

    /// <summary>Its content's id, where known without reading.</summary>
    public BlobId? BlobId { get; init; }

    /// <summary>The rule by which it is not read (<see cref="RuleNames"/>); null if it is.</summary>
    public string? Fault { get; set; }

    /// <summary>More about the fault, for the event.</summary>
    public string Detail { get; set; } = "";
}

/// <summary>A file's content in a buffer of <see cref="System.Buffers.ArrayPool{T}.Shared"/>, or the reason why it is missing.</summary>
/// <param name="Buffer">Rented from the pool; null if there is a fault, or where the content is known to be stored.</param>
/// <param name="Length">The length of the content in the buffer, in bytes.</param>
/// <param name="Size">Source bytes; −1 where unknown.</param>
/// <param name="Fault">The rule by which the content is not stored; null if it is.</param>
/// <param name="Detail">More about the fault.</param>
public readonly record struct ReadFile(byte[]? Buffer, int Length, long Size, string? Fault = null, string Detail = "")
{
    /// <summary>A file that could not be read.</summary>
    public static ReadFile Faulty(string rule, string detail, long size = -1) => new(null, 0, size, rule, detail);
}

/// <summary>Modes as git stores them.</summary>
public static class GitMode
{
    /// <summary>A plain file.</summary>
    public const int File = 0x81A4;

    /// <summary>A file that may be executed.</summary>
    public const int Executable = 0x81ED;

    /// <summary>A symbolic link.</summary>
    public const int Symlink = 0xA000;

    /// <summary>A folder.</summary>
    public const int Folder = 0x4000;
}
