namespace DataForge.Crawler.Storage;

/// <summary>A folder for temporary files: empty at the start, deleted at the end, however the last crawl ended.</summary>
internal sealed class ScratchFolder : IDisposable
{
    /// <summary>Creates the folder, and deletes what an interrupted crawl left in it.</summary>
    public ScratchFolder(string path)
    {
        Path = path;
        Dispose();
        Directory.CreateDirectory(path);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
