using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using DataForge.Crawler.Sources;
using Microsoft.Win32.SafeHandles;

namespace DataForge.Crawler.Folders;

/// <summary>What a folder's entry is.</summary>
internal enum EntryType
{
    Other = 0,
    File,
    Folder,
    Symlink,
}

/// <summary>One name in a folder.</summary>
internal readonly record struct FolderEntry(byte[] Name, EntryType Type);

/// <summary>What is known of a file without reading it. Mode is the whole st_mode; the time is nanoseconds since 1970.</summary>
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
/// Folders and files by the bytes of their names. .NET's own functions take names as text and cannot open one that is not UTF-8.
/// Linux only: struct dirent and statx(2) are the same on all its 64-bit machines.
/// </summary>
internal partial class FileSystem
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint BasicStats = 0x7FF; // STATX_BASIC_STATS

    // O_RDONLY | O_CLOEXEC | O_NONBLOCK (a pipe must not hang the crawl) | O_NOFOLLOW, whose bit differs on ARM.
    private static readonly int ReadFlags =
        0x80000 | 0x800 | (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000);

    /// <summary>A folder's entries in order of the bytes of their names, or null and why it cannot be read.</summary>
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

    /// <summary>A file's facts, of a link itself or of what it leads to; or null and why there are none.</summary>
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

    /// <summary>Reads a plain file whole into a rented buffer, unless it has <paramref name="max"/> bytes or more.</summary>
    public virtual ReadFile Read(byte[] path, long expected, int max)
    {
        int descriptor = open(Terminated(path), ReadFlags);
        if (descriptor < 0)
        {
            return ReadFile.Faulty(FaultRules.Unreadable, LastFault());
        }

        // One byte more than expected, so that a whole file takes one read and the end shows in it.
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
                    return ReadFile.Faulty(FaultRules.Size, $"{max} bytes or more");
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
            return ReadFile.Faulty(FaultRules.Unreadable, e.Message);
        }
    }

    /// <summary>A folder's path and a name in it.</summary>
    public static byte[] Join(ReadOnlySpan<byte> folder, ReadOnlySpan<byte> name) =>
        folder.Length == 0 ? name.ToArray() : folder[^1] == '/' ? [.. folder, .. name] : [.. folder, (byte)'/', .. name];

    /// <summary>A path given as text.</summary>
    public static byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path);

    /// <summary>The path with all links resolved; null where it does not exist.</summary>
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
