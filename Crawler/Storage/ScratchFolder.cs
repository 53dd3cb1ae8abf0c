namespace DataForge.Crawler.Storage;

/// <summary>A folder for temporary files: empty at the start, gone at the end, however the last crawl ended.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public ScratchFolder(string path)
    {
        Path = path;
        Dispose();
        Directory.CreateDirectory(path);
    }

    public string Path { get; }

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
