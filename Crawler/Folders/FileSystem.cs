using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using DataForge.Corpus;
using DataForge.Crawler.Sources;
using Microsoft.Win32.SafeHandles;

namespace DataForge.Crawler.Folders;

/// <summary>The type of a folder's entry.</summary>
internal enum EntryType
{
    /// <summary>A pipe, a socket, a device, or unknown.</summary>
    Other = 0,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Symlink,
}

/// <summary>An entry of a folder.</summary>
/// <param name="Name">Its name, as bytes.</param>
/// <param name="Type">Its type.</param>
internal readonly record struct FolderEntry(byte[] Name, EntryType Type);

/// <summary>What is known about a file without reading it.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Mode">The whole st_mode.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModifiedNanoseconds">When it was last modified, in nanoseconds since 1970.</param>
internal readonly record struct FileFacts(EntryType Type, int Mode, long Size, long ModifiedNanoseconds)
{
    /// <summary>The mode git would store.</summary>
    public int GitMode => Type switch
    {
        EntryType.Symlink => Sources.GitMode.Symlink,
        EntryType.Folder => Sources.GitMode.Folder,
        _ => (Mode & 0x40) != 0 ? Sources.GitMode.Executable : Sources.GitMode.File,
    };
}

/// <summary>
/// Access to folders and files by the bytes of their names. .NET's own functions take names as text and cannot open a file whose name is
/// not UTF-8. Linux only: struct dirent and statx(2) have the same layout on all its 64-bit architectures.
/// </summary>
internal partial class FileSystem
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint BasicStats = 0x7FF; // STATX_BASIC_STATS

    // O_RDONLY | O_CLOEXEC | O_NONBLOCK (a pipe must not hang the crawl) | O_NOFOLLOW, whose bit differs on ARM.
    private static readonly int ReadFlags =
        0x80000 | 0x800 | (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000);

    /// <summary>Lists a folder.</summary>
    /// <param name="folder">The folder's path.</param>
    /// <param name="fault">Why it cannot be listed; null if it can.</param>
    /// <returns>Its entries in the order of the bytes of their names; null if it cannot be listed.</returns>
    public virtual FolderEntry[]? List(byte[] folder, out string? fault)
    {
        nint handle = opendir(Terminated(folder));
        if (handle == 0)
        {
            fault = LastFault();
            return null;
        }

        try
        {
            var entries = new List<FolderEntry>();
            nint next;
            while ((next = readdir(handle)) != 0)
            {
                // struct dirent: ino (8), off (8), reclen (2), type (1), name.
                byte[] name = NameAt(next + 19);
                if (name.AsSpan().SequenceEqual("."u8) || name.AsSpan().SequenceEqual(".."u8))
                {
                    continue;
                }

                EntryType type = Marshal.ReadByte(next, 18) switch
                {
                    4 => EntryType.Folder,
                    8 => EntryType.File,
                    10 => EntryType.Symlink,
                    _ => EntryType.Other,
                };
                entries.Add(new FolderEntry(name, type == EntryType.Other ? Facts(Join(folder, name), false, out _)?.Type ?? type : type));
            }

            if (Marshal.GetLastPInvokeError() != 0)
            {
                fault = LastFault();
                return null;
            }

            FolderEntry[] sorted = [.. entries];
            Array.Sort(sorted, static (left, right) => left.Name.AsSpan().SequenceCompareTo(right.Name));
            fault = null;
            return sorted;
        }
        finally
        {
            _ = closedir(handle);
        }
    }

    /// <summary>Reads a file's facts.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="follow">Whether to follow a link; otherwise the facts are those of the link.</param>
    /// <param name="fault">Why they cannot be read; null if they can.</param>
    public virtual FileFacts? Facts(byte[] path, bool follow, out string? fault)
    {
        Span<byte> stat = stackalloc byte[256];
        if (statx(CurrentFolder, Terminated(path), follow ? 0 : NoFollow, BasicStats, ref MemoryMarshal.GetReference(stat)) != 0)
        {
            fault = LastFault();
            return null;
        }

        // struct statx: mode at 28, size at 40, mtime at 112 (seconds) and 120 (nanoseconds).
        int mode = BinaryPrimitives.ReadUInt16LittleEndian(stat[28..]);
        EntryType type = (mode & 0xF000) switch
        {
            0x4000 => EntryType.Folder,
            0x8000 => EntryType.File,
            0xA000 => EntryType.Symlink,
            _ => EntryType.Other,
        };
        long seconds = BinaryPrimitives.ReadInt64LittleEndian(stat[112..]);
        long time = unchecked((seconds * 1_000_000_000) + BinaryPrimitives.ReadUInt32LittleEndian(stat[120..]));
        fault = null;
        return new FileFacts(type, mode, BinaryPrimitives.ReadInt64LittleEndian(stat[40..]), time);
    }

    /// <summary>Reads a whole regular file into a rented buffer.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="expected">Its expected size in bytes.</param>
    /// <param name="max">A file of this many bytes or more is a fault (<see cref="RuleNames.Size"/>).</param>
    public virtual ReadFile Read(byte[] path, long expected, int max)
    {
        int descriptor = open(Terminated(path), ReadFlags);
        if (descriptor < 0)
        {
            return ReadFile.Faulty(RuleNames.Unreadable, LastFault());
        }

        // One byte more than expected, so that one read takes the whole file and shows its end.
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(expected + 1, 1, max));
        try
        {
            using var file = new SafeFileHandle(descriptor, ownsHandle: true);
            int length = 0;
            while (true)
            {
                int read = RandomAccess.Read(file, buffer.AsSpan(length), length);
                length += read;
                if (length >= max)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    return ReadFile.Faulty(RuleNames.Size, $"{max} bytes or more");
                }

                if (read == 0)
                {
                    return new ReadFile(buffer, length, length);
                }

                if (length == buffer.Length)
                {
                    byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Min(2 * buffer.Length, max));
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            return ReadFile.Faulty(RuleNames.Unreadable, e.Message);
        }
    }

    /// <summary>Joins a folder's path and a name in it.</summary>
    public static byte[] Join(ReadOnlySpan<byte> folder, ReadOnlySpan<byte> name) =>
        folder.Length == 0 ? name.ToArray() : folder[^1] == '/' ? [.. folder, .. name] : [.. folder, (byte)'/', .. name];

    /// <summary>The bytes of a path given as text.</summary>
    public static byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path);

    /// <summary>Resolves all links of a path; null if the path does not exist.</summary>
    public static string? RealPath(string path)
    {
        nint resolved = realpath(Terminated(Bytes(path)), 0);
        if (resolved == 0)
        {
            return null;
        }

        string text = Marshal.PtrToStringUTF8(resolved)!;
        free(resolved);
        return text;
    }

    private static byte[] Terminated(byte[] path) => [.. path, 0];

    private static string LastFault() => Marshal.GetLastPInvokeErrorMessage();

    private static unsafe byte[] NameAt(nint address) =>
        MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)address).ToArray();

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint opendir(byte[] path);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint readdir(nint folder);

    [LibraryImport("libc")]
    private static partial int closedir(nint folder);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int statx(int folder, byte[] path, int flags, uint mask, ref byte result);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int open(byte[] path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint realpath(byte[] path, nint buffer);

    [LibraryImport("libc")]
    private static partial void free(nint memory);
}
