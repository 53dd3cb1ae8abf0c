namespace DataForge.Corpus.Runs;

/// <summary>
/// A lock between processes, held by an open file (advisory <c>flock</c>): the system lets it go when the process ends, however
/// it ends, so no lock is ever stale.
/// </summary>
public sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private readonly FileStream _stream;

    private FileLock(FileStream stream) => _stream = stream;

    /// <summary>Takes the lock, or returns null where another process or task holds it.</summary>
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

    /// <summary>Takes the lock together with others who share it, or returns null where somebody holds it alone (<see cref="TryTake"/>).</summary>
    public static FileLock? TryShare(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, 1));
        }
        catch (IOException e) when (IsHeldElsewhere(e))
        {
            return null;
        }
    }

    /// <summary>Waits for the lock; <paramref name="onWait"/> is called once if there is waiting to do.</summary>
    public static async Task<FileLock> TakeAsync(string path, Action? onWait, CancellationToken cancellation)
    {
        for (bool told = false; ; told = true)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            if (!told)
            {
                onWait?.Invoke();
            }

            await Task.Delay(Poll, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for a lock that is only ever held for moments.</summary>
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
    public void Dispose() => _stream.Dispose();

    // EWOULDBLOCK (11) is what flock answers; .NET carries it in HResult. Any other fault (a full disk, no right) must be seen.
    private static bool IsHeldElsewhere(IOException e) => e.HResult is 11 || e is { HResult: unchecked((int)0x80070020) };
}
