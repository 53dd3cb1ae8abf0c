using System.ComponentModel;
using System.Runtime.InteropServices;

namespace DataForge.Crawler.Git;

/// <summary>Resource limits of a child process, enforced by the kernel and inherited by its own children (setrlimit(2)).</summary>
/// <param name="Memory">Bytes of address space.</param>
/// <param name="FileBytes">Bytes of the largest file that it may write.</param>
/// <param name="ProcessorSeconds">Seconds of processor time.</param>
internal sealed partial record ProcessLimits(long Memory, long FileBytes, long ProcessorSeconds)
{
    // Linux, include/uapi/asm-generic/resource.h.
    private const int RlimitCpu = 0;
    private const int RlimitFsize = 1;
    private const int RlimitCore = 4;
    private const int RlimitAs = 9;

    /// <summary>Sets the limits of a running process; called before the process gets its input.</summary>
    /// <param name="process">The process's id.</param>
    /// <exception cref="Win32Exception">The kernel refuses.</exception>
    public void Apply(int process)
    {
        (int Resource, long Value)[] limits =
            [(RlimitAs, Memory), (RlimitFsize, FileBytes), (RlimitCpu, ProcessorSeconds), (RlimitCore, 0L)];
        foreach ((int resource, long value) in limits)
        {
            var limit = new Limit((ulong)value, (ulong)value);

            // ESRCH (3): the process has ended already.
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
        /// <summary>rlim_cur.</summary>
        public readonly ulong Soft = soft;

        /// <summary>rlim_max.</summary>
        public readonly ulong Hard = hard;
    }
}
