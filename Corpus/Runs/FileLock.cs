namespace DataForge.Corpus.Runs;

/// <summary>
/// A lock between processes, held through an open file (advisory <c>flock</c>). The operating system releases it when the process ends,
/// even if it is killed, so a lock is never stale.
/// </summary>
public sealed class FileLock : IDisposable
{
    // Parts take seconds, so that waiting up to this much longer does not matter.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private readonly FileStream? _stream;

    private FileLock(FileStream? stream) => _stream = stream;

    /// <summary>Acquires the lock exclusively, or returns null if another process or task holds it.</summary>
    public static FileLock? TryTake(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
        }
        catch (IOException e) when (IsHeldElsewhere(e))
        {
            return null;
        }
    }

    /// <summary>
    /// Acquires the lock in shared mode, or returns null if another process or task holds it exclusively. Where nothing can be written, an
    /// existing lock file is enough, and without one there is nobody to keep out.
    /// </summary>
    public static FileLock? TryShare(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, 1));
        }
        catch (Exception e) when (IsReadOnly(e))
        {
            return ShareReadOnly(path);
        }
        catch (IOException e) when (IsHeldElsewhere(e))
        {
            return null;
        }
    }

    /// <summary>Acquires the lock exclusively, waiting if necessary; <paramref name="onWait"/> is called once if it has to wait.</summary>
    public static async Task<FileLock> TakeAsync(string path, Action? onWait, CancellationToken cancellation)
    {
        for (bool reported = false; ; reported = true)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            if (!reported)
            {
                onWait?.Invoke();
            }

            await Task.Delay(Poll, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Acquires a lock that is only ever held for milliseconds, waiting if necessary.</summary>
    public static FileLock Take(string path)
    {
        while (true)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            Thread.Sleep(10);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream?.Dispose();

    /// <summary>Whether a fault says that a file cannot be written: without the permission, or in a read-only file system.</summary>
    public static bool IsReadOnly(Exception fault) => fault is UnauthorizedAccessException or IOException { HResult: ReadOnlyFileSystem };

    private static FileLock? ShareReadOnly(string path)
    {
        try
        {
            return new FileLock(File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1) : null);
        }
        catch (IOException e) when (IsHeldElsewhere(e))
        {
            return null;
        }
    }

    // EROFS, which .NET puts into HResult.
    private const int ReadOnlyFileSystem = 30;

    // flock returns EWOULDBLOCK (11), which .NET puts into HResult. Any other error (a full disk, no permission) must be reported.
    private static bool IsHeldElsewhere(IOException e) => e.HResult is 11 || e is { HResult: unchecked((int)0x80070020) };
}
