using Microsoft.Win32.SafeHandles;

namespace DataForge.Pretrain.Training;

/// <summary>
/// The process's resident memory, read from <c>/proc/self/statm</c> without allocating (<see cref="Environment.WorkingSet"/> allocates some
/// kilobytes per call). Format: https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html.
/// </summary>
internal sealed class ResidentMemory : IDisposable
{
    private readonly SafeFileHandle? _file = File.Exists("/proc/self/statm") ? File.OpenHandle("/proc/self/statm") : null;

    /// <summary>Resident memory in bytes.</summary>
    internal long Read()
    {
        if (_file is null)
        {
            return Environment.WorkingSet;
        }

        // "size resident shared ...", in pages
        Span<byte> text = stackalloc byte[128];
        ReadOnlySpan<byte> numbers = text[..RandomAccess.Read(_file, text, 0)];
        ReadOnlySpan<byte> second = numbers[(numbers.IndexOf((byte)' ') + 1)..];
        long pages = 0;
        foreach (byte digit in second)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                break;
            }

            pages = (pages * 10) + digit - '0';
        }

        return pages * Environment.SystemPageSize;
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();
}
