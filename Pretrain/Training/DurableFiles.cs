using System.Runtime.InteropServices;

namespace DataForge.Pretrain.Training;

/// <summary>Publishes folders so that they survive a power failure: a rename is durable once its parent folder is flushed.</summary>
internal static partial class DurableFiles
{
    private const int ReadOnly = 0; // O_RDONLY

    /// <summary>Flushes a complete folder, renames it to its final name, and flushes the parent.</summary>
    /// <exception cref="IOException">A folder cannot be flushed or renamed.</exception>
    internal static void Publish(string temporary, string final)
    {
        FlushFolder(temporary);
        Directory.Move(temporary, final);
        FlushFolder(Path.GetDirectoryName(final)!);
    }

    private static void FlushFolder(string folder)
    {
        int handle = open(folder, ReadOnly);
        if (handle < 0)
        {
            throw new IOException($"{folder} cannot be opened to flush it (errno {Marshal.GetLastPInvokeError()})");
        }

        try
        {
            if (fsync(handle) != 0)
            {
                throw new IOException($"{folder} cannot be flushed (errno {Marshal.GetLastPInvokeError()})");
            }
        }
        finally
        {
            _ = close(handle);
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int handle);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int handle);
}
