using System.Diagnostics;

namespace DataForge.Service.Tests.Soak;

/// <summary>A small disk that can be filled, with a folder that can be made read-only. It needs the right to mount.</summary>
internal sealed class SoakDisk : IDisposable
{
    private readonly string _folder;

    private SoakDisk(string folder) => _folder = folder;

    /// <summary>The folder that <see cref="TryProtect"/> makes read-only.</summary>
    public string Workspace => Path.Combine(_folder, "workspace");

    /// <summary>A folder beside it.</summary>
    public string State => Path.Combine(_folder, "service");

    /// <summary>Mounts it; null where that is not allowed.</summary>
    public static SoakDisk? TryMount(string folder, int megabytes)
    {
        Directory.CreateDirectory(folder);
        if (!Try("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder))
        {
            return null;
        }

        var disk = new SoakDisk(folder);
        Directory.CreateDirectory(disk.Workspace);
        Directory.CreateDirectory(disk.State);
        return Try("mount", "--bind", disk.Workspace, disk.Workspace) ? disk : throw new InvalidOperationException("it cannot be mounted twice");
    }

    /// <summary>Fills the disk up to so many bytes.</summary>
    public void Fill(long left)
    {
        using var file = new FileStream(Path.Combine(_folder, "filler"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] zeros = new byte[1 << 16];
        try
        {
            while (true)
            {
                file.Write(zeros);
            }
        }
        catch (IOException)
        {
            // It is full.
        }

        file.SetLength(Math.Max(0, file.Length - left));
    }

    /// <summary>Undoes <see cref="Fill"/>.</summary>
    public void Empty() => File.Delete(Path.Combine(_folder, "filler"));

    /// <summary>Makes the workspace read-only; false where a file in it is being written.</summary>
    public bool TryProtect() => Try("mount", "-o", "remount,bind,ro", Workspace);

    /// <summary>Undoes <see cref="TryProtect"/>.</summary>
    public void Unprotect() => Try("mount", "-o", "remount,bind,rw", Workspace);

    public void Dispose()
    {
        Try("umount", "--lazy", Workspace);
        Try("umount", "--lazy", _folder);
    }

    private static bool Try(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
