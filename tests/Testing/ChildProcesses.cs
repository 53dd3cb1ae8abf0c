using System.Globalization;
using System.Runtime.InteropServices;

namespace DataForge.Testing;

/// <summary>Processes that another process has started, and signals to them (Linux).</summary>
public static partial class ChildProcesses
{
    public const int Interrupt = 2; // SIGINT
    public const int Kill = 9; // SIGKILL
    public const int Terminate = 15; // SIGTERM
    public const int Continue = 18; // SIGCONT
    public const int Stop = 19; // SIGSTOP

    /// <summary>The processes that a process has started and that live.</summary>
    public static IReadOnlyList<int> Of(int parent)
    {
        List<int> children = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && Lives(id, parent))
            {
                children.Add(id);
            }
        }

        return children;
    }

    /// <summary>Whether a process lives; one that has ended and that nobody has asked after does not.</summary>
    /// <param name="id">The process.</param>
    /// <param name="parent">Who started it; null where that does not matter.</param>
    public static bool Lives(int id, int? parent = null)
    {
        try
        {
            // The name before it may contain spaces and brackets.
            string stat = File.ReadAllText($"/proc/{id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields[0] is not ("Z" or "X") && (parent is null || fields[1] == parent.Value.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            return false;
        }
    }

    /// <summary>A figure of <c>/proc/ID/status</c> in kB, such as <c>VmRSS</c>; 0 where the process has ended.</summary>
    public static long Kilobytes(int id, string name)
    {
        try
        {
            string? value = StatusOf(id, name);
            return value is null ? 0 : long.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>How many files a process has open; 0 where it has ended.</summary>
    public static int OpenFiles(int id)
    {
        try
        {
            return Directory.GetFileSystemEntries($"/proc/{id}/fd").Length;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>
    /// Sets SIGINT in this process to its default action, if the process ignores it. What a script starts in the background ignores it, and
    /// so does what such a process starts: a test that interrupts the program would wait without end.
    /// </summary>
    public static void StopIgnoringInterrupts()
    {
        if (OperatingSystem.IsLinux() && StatusOf(Environment.ProcessId, "SigIgn") is { } ignored
            && (ulong.Parse(ignored, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (Interrupt - 1))) != 0)
        {
            _ = Handle(Interrupt, 0);
        }
    }

    /// <summary>Sends a signal; nothing happens where the process has ended.</summary>
    public static void Signal(int process, int signal) => _ = SendSignal(process, signal);

    // What /proc/ID/status says under a name; null where it has no such line.
    private static string? StatusOf(int id, string name) =>
        File.ReadLines($"/proc/{id}/status").FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..].Trim();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    // The handler 0 is the default action (SIG_DFL).
    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Handle(int signal, nint handler);
}
