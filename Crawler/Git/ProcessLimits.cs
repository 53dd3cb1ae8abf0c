using System.ComponentModel;
using System.Runtime.InteropServices;

namespace DataForge.Crawler.Git;

/// <summary>What a child process may use. The kernel keeps it; the limits pass on to its own children.</summary>
/// <param name="Memory">Bytes of address space.</param>
/// <param name="FileBytes">Bytes of the largest file it may write.</param>
/// <param name="ProcessorSeconds">Seconds of processor time.</param>
internal sealed partial record ProcessLimits(long Memory, long FileBytes, long ProcessorSeconds)
{
    // Linux, asm-generic/resource.h.
    private const int RlimitCpu = 0;
    private const int RlimitFsize = 1;
    private const int RlimitCore = 4;
    private const int RlimitAs = 9;

    /// <summary>Sets the limits of a process that has not been given its input yet.</summary>
    /// <exception cref="Win32Exception">The kernel refuses.</exception>
    public void Apply(int process)
    {
        foreach ((int resource, long value) in new[] { (RlimitAs, Memory), (RlimitFsize, FileBytes), (RlimitCpu, ProcessorSeconds), (RlimitCore, 0L) })
        {
            var limit = new Limit((ulong)value, (ulong)value);

            // ESRCH (3): it has ended already.
            if (SetLimit(process, resource, in limit, 0) != 0 && Marshal.GetLastPInvokeError() is var error and not 3)
            {
                throw new Win32Exception(error);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "prlimit64", SetLastError = true)]
    private static partial int SetLimit(int process, int resource, in Limit limit, nint before);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Limit(ulong soft, ulong hard)
    {
        public readonly ulong Soft = soft;
        public readonly ulong Hard = hard;
    }
}
