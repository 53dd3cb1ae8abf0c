using System.Security.Cryptography;
using System.Text;
using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Folders;

/// <summary>A repository in a folder.</summary>
internal sealed class FolderRepository(FolderPackage package, FileSystem files, CrawlOptions options) : ISourceRepository
{
    /// <inheritdoc/>
    public long Id { get; } = RepositoryIds.Of(FolderSource.KindName, package.Name);

    /// <inheritdoc/>
    public string Name => package.Name;

    /// <inheritdoc/>
    public ValueTask<IOpenRepository> OpenAsync(CancellationToken cancellation)
    {
        var facts = new RepositoryFacts { Id = Id, Name = package.Name, Source = FolderSource.KindName };
        IReadOnlyList<FoundFile> listing = new FolderListing(package, files, options, cancellation).List();
        return new(new OpenFolderRepository(facts, listing, files, options));
    }
}

/// <summary>A file in a folder.</summary>
internal sealed class FolderFile : FoundFile
{
    /// <summary>Its path on disk, as bytes.</summary>
    public required byte[] File { get; init; }

    /// <summary>When it was last modified, in nanoseconds since 1970.</summary>
    public long Modified { get; init; }
}

/// <summary>The present state of a repository in a folder.</summary>
internal sealed class OpenFolderRepository(
    RepositoryFacts facts, IReadOnlyList<FoundFile> listing, FileSystem files, CrawlOptions options) : IOpenRepository
{
    /// <inheritdoc/>
    public RepositoryFacts Facts => facts;

    /// <summary>SHA-256 over path, size, modification time, mode, kind and fault of each file.</summary>
    public string Signature { get; } = Sign(listing);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<FoundFile>> ListAsync(CancellationToken cancellation) => new(listing);

    /// <inheritdoc/>
    public ReadFile Read(FoundFile file) => files.Read(((FolderFile)file).File, file.Size, Listing.MaxBytes(file.Kind, options));

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static string Sign(IReadOnlyList<FoundFile> listing)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (FoundFile file in listing)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(
                $"{file.Path}\0{file.Size}\0{(file as FolderFile)?.Modified}\0{file.Mode}\0{file.Kind}\0{file.Fault}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
