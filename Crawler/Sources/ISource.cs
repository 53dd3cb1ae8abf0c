using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler.GitHub;
using DataForge.Crawler.Sharing;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Sources;

/// <summary>Where repositories come from.</summary>
public interface ISource
{
    /// <summary>The kind before the colon; part of every repository's number.</summary>
    string Kind { get; }

    /// <summary>The source as the user wrote it, for messages.</summary>
    string Text { get; }

    /// <summary>
    /// A key of the whole source and a signature that is the same as long as nothing in it can have changed, both cheap to get; null
    /// where finding out costs as much as scanning. A source with the signature of its last complete crawl is not scanned.
    /// </summary>
    (string Key, string Signature)? WholeSignature(CrawlOptions options);

    /// <summary>Finds the source's repositories, in order of their numbers.</summary>
    /// <exception cref="DataForgeException">The source is damaged or gone.</exception>
    ValueTask<SourceScan> ScanAsync(ScanContext context, CancellationToken cancellation);
}

/// <summary>What a scan found.</summary>
/// <param name="Repositories">In order of their numbers, each number once.</param>
/// <param name="Files">How many files there are, for the progress line; −1 where unknown.</param>
/// <param name="Held">What to let go of when the crawl is over.</param>
public sealed record SourceScan(IReadOnlyList<ISourceRepository> Repositories, long Files, IDisposable? Held = null)
{
    /// <summary>Called when all of it is committed, with the snapshot of each of its repositories.</summary>
    public Action<IReadOnlyList<(long Repository, int Snapshot)>>? Finished { get; init; }

    /// <summary>Queries of the ledger whose rounds are over when the run has its input.</summary>
    public IReadOnlyList<string> Queries { get; init; } = [];
}

/// <summary>What a source may use.</summary>
/// <param name="Options">The options.</param>
/// <param name="ScratchFolder">A folder for temporary files, emptied before each crawl.</param>
/// <param name="MirrorFolder">A folder for fetched repositories, kept between crawls.</param>
/// <param name="StoredSize">The bytes of a content that is in the workspace already; −1 where it is not. Safe from several threads.</param>
public sealed record ScanContext(CrawlOptions Options, string ScratchFolder, string MirrorFolder, Func<BlobId, long> StoredSize)
{
    /// <summary>The clock of waiting and of limits; no row depends on it.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Writes a line for the user to the event log and the terminal.</summary>
    public Action<Note> WriteNote { get; init; } = static _ => { };

    /// <summary>Begins a progress line that counts in a unit; null where nobody looks.</summary>
    public Func<string, StageProgress>? Progress { get; init; }

    /// <summary>Creates the handlers that send HTTP requests.</summary>
    public IHttpHandlerFactory Handlers { get; init; } = NetworkHandlerFactory.Instance;

    // What became of repositories, and the ledger of searches.
    internal Catalog? Catalog { get; init; }

    // What other crawlers fetch for this one; null where the catalog is not shared.
    internal SharedFetch? Shared { get; init; }

    /// <summary>Whether a content is in the workspace already, and need not be read.</summary>
    public bool IsStored(BlobId id) => StoredSize(id) >= 0;
}

/// <summary>A repository that a scan found.</summary>
public interface ISourceRepository
{
    /// <summary>Its number.</summary>
    long Id { get; }

    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>Whether it is behind a network: opening it waits more than it computes.</summary>
    bool IsRemote => false;

    /// <summary>
    /// What is known of it before it is opened, and is the same as long as its files are: with that of its last complete crawl it is not
    /// opened. Null where nothing is known.
    /// </summary>
    string? Freshness => null;

    /// <summary>When it was last pushed to, where a forge said so.</summary>
    DateTimeOffset? PushedAt => null;

    /// <summary>Opens it as it is now. Safe to call for several repositories at a time.</summary>
    ValueTask<IOpenRepository> OpenAsync(CancellationToken cancellation);
}

/// <summary>A repository as it is now.</summary>
public interface IOpenRepository : IDisposable
{
    /// <summary>What is known about it (its snapshot's number is set by the stage).</summary>
    RepositoryFacts Facts { get; }

    /// <summary>The same as long as its files are. Never leaves the catalog, so it may depend on the machine.</summary>
    string Signature { get; }

    /// <summary>Its files in the order of <see cref="PathText.Compare"/>, limits applied (<see cref="Listing"/>).</summary>
    ValueTask<IReadOnlyList<FoundFile>> ListAsync(CancellationToken cancellation);

    /// <summary>Reads a listed file. Safe from several threads; a file that cannot be read is a fault, not an exception.</summary>
    ReadFile Read(FoundFile file);
}

/// <summary>A file of a repository, not read yet. Sources derive their own, with what they need to read it.</summary>
public class FoundFile
{
    /// <summary>Its path (<see cref="Occurrence.Path"/>).</summary>
    public required string Path { get; init; }

    /// <summary>Its git mode.</summary>
    public int Mode { get; init; } = GitMode.File;

    /// <summary>What it is for.</summary>
    public required FileKind Kind { get; init; }

    /// <summary>Source bytes; −1 where unknown before reading.</summary>
    public long Size { get; init; } = -1;

    /// <summary>Bytes it may take in memory, where <see cref="Size"/> is unknown.</summary>
    public int Weight { get; init; }

    /// <summary>Its content's id, where known without reading.</summary>
    public BlobId? BlobId { get; init; }

    /// <summary>The rule by which it is not read; null where it is.</summary>
    public string? Fault { get; set; }

    /// <summary>More about the fault, for the event.</summary>
    public string Detail { get; set; } = "";
}

/// <summary>A file's content in a buffer of <see cref="System.Buffers.ArrayPool{T}.Shared"/>, or why there is none.</summary>
/// <param name="Buffer">Rented; null where there is a fault.</param>
/// <param name="Length">Bytes of the buffer that count.</param>
/// <param name="Size">Source bytes; −1 where unknown.</param>
/// <param name="Fault">The rule by which the content is not stored; null where it is.</param>
/// <param name="Detail">More about the fault.</param>
public readonly record struct ReadFile(byte[]? Buffer, int Length, long Size, string? Fault = null, string Detail = "")
{
    /// <summary>A file that could not be read.</summary>
    public static ReadFile Faulty(string rule, string detail, long size = -1) => new(null, 0, size, rule, detail);
}

/// <summary>The rules by which a content is not stored (<see cref="Occurrence.Fault"/>).</summary>
public static class FaultRules
{
    /// <summary>It has as many bytes as the limit, or more.</summary>
    public const string Size = "size";

    /// <summary>It is a symbolic link; links are not followed.</summary>
    public const string Symlink = "symlink";

    /// <summary>The file or folder cannot be read, or its text is no text.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>Its path is absolute, empty, too long, or has '.', '..', NUL or an empty part.</summary>
    public const string Path = "path";

    /// <summary>The repository has more files, bytes or depth than the limits.</summary>
    public const string Limit = "limit";

    /// <summary>A repository that has no commit yet.</summary>
    public const string Empty = "empty";

    /// <summary>A repository that is no longer there, or not for everybody.</summary>
    public const string Vanished = "vanished";

    /// <summary>A repository that now asks for rights.</summary>
    public const string Private = "private";

    /// <summary>A repository that its forge has blocked.</summary>
    public const string Blocked = "blocked";

    /// <summary>A repository that could not be had in its time.</summary>
    public const string Timeout = "timeout";

    /// <summary>A repository whose server does not answer, or gives up.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>A repository that its server refuses to send, or sends from elsewhere.</summary>
    public const string Refused = "refused";

    /// <summary>A repository whose objects are damaged.</summary>
    public const string Corrupt = "corrupt";

    /// <summary>A repository of a form that is not read, such as one with ids of SHA-256.</summary>
    public const string Unsupported = "unsupported";

    /// <summary>A row whose path names no Python file, licence or metadata.</summary>
    public const string NotPython = "not_python";
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
