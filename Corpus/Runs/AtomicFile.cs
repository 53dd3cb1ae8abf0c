using System.Runtime.InteropServices;

namespace DataForge.Corpus.Runs;

/// <summary>Writes files that are either complete or absent: under a temporary name, flushed to the disk, then renamed.</summary>
public static partial class AtomicFile
{
    /// <summary>The temporary name of a file that is not complete yet.</summary>
    public static string TemporaryName(string path) => path + ".tmp";

    /// <summary>Writes a file.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = TemporaryName(path);
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Flushes a file that was written under its temporary name to the disk and renames it.</summary>
    public static void Commit(string path)
    {
        string temporary = TemporaryName(path);
        using (var stream = new FileStream(temporary, FileMode.Open, FileAccess.ReadWrite))
        {
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>
    /// Moves a complete file over another, which may be missing. Hard links to the replaced file keep its old content.
    /// </summary>
    public static void Replace(string path, string target)
    {
        File.Move(path, target, overwrite: true);
        SyncFolder(Path.GetDirectoryName(target)!);
    }

    /// <summary>Gives an existing file a second name: by a hard link if the file system has them, else by a copy.</summary>
    public static void LinkOrCopy(string existing, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = TemporaryName(path);
        File.Delete(temporary);
        if (link(existing, temporary) != 0)
        {
            File.Copy(existing, temporary);
        }

        // rename(2) does nothing when both names are links to one file, so the old name goes first.
        File.Delete(path);
        File.Move(temporary, path);
    }

    // A rename is durable only once the folder has been flushed.
    private static void SyncFolder(string folder)
    {
        int descriptor = open(folder, 0);
        if (descriptor >= 0)
        {
            _ = fsync(descriptor);
            _ = close(descriptor);
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string existing, string path);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
