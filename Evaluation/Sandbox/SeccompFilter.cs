using System.Buffers.Binary;

namespace DataForge.Evaluation.Sandbox;

/// <summary>
/// Filters of system calls for Linux on x86-64, as programs for the kernel's seccomp
/// (https://docs.kernel.org/userspace-api/seccomp_filter.html). The worker's filter leaves what it needs to make namespaces; the
/// program's leaves one process that computes.
/// </summary>
internal static class SeccompFilter
{
    private const ushort LoadWord = 0x20, JumpIfEqual = 0x15, JumpIfAtLeast = 0x35, JumpIfAnyBit = 0x45, Return = 0x06;
    private const uint NumberOffset = 0, ArchitectureOffset = 4, FirstArgumentOffset = 16;
    private const uint X8664 = 0xC000003E, FirstX32Call = 0x40000000;
    private const uint Allow = 0x7FFF0000, Kill = 0x80000000, Error = 0x00050000;
    private const uint NotPermitted = 1, NoSuchCall = 38;
    private const uint Clone = 56, Clone3 = 435, CloneThread = 0x10000;

    // No program that is judged here needs these, and each has been part of ways out of sandboxes: io_uring passes by other filters,
    // keyrings outlive processes, ptrace and its relatives reach into other processes, the rest is for administrators.
    private static readonly uint[] Dangerous =
    [
        101, 310, 311, 312, 438, // ptrace, process_vm_readv, process_vm_writev, kcmp, pidfd_getfd
        248, 249, 250, // add_key, request_key, keyctl
        425, 426, 427, // io_uring_setup, io_uring_enter, io_uring_register
        321, 298, 323, // bpf, perf_event_open, userfaultfd
        246, 320, 175, 313, 176, // kexec_load, kexec_file_load, init_module, finit_module, delete_module
        303, 304, 300, // name_to_handle_at, open_by_handle_at, fanotify_init
        172, 173, 167, 168, 169, 103, 163, 179, // iopl, ioperm, swapon, swapoff, reboot, syslog, acct, quotactl
        164, 227, 305, 159, // settimeofday, clock_settime, clock_adjtime, adjtimex
        237, 238, 256, 279, 278, // mbind, set_mempolicy, migrate_pages, move_pages, vmsplice
    ];

    // A program is one process without network, that starts no other and leaves nothing in the kernel.
    private static readonly uint[] OutsideOneProcess =
    [
        272, 308, 165, 166, 155, 161, // unshare, setns, mount, umount2, pivot_root, chroot
        428, 429, 430, 431, 432, 433, 442, // open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr
        57, 58, 59, 322, // fork, vfork, execve, execveat
        41, // socket
        62, 129, 200, 297, 424, // kill, rt_sigqueueinfo, tkill, rt_tgsigqueueinfo, pidfd_send_signal
        29, 64, 68, 240, // shmget, semget, msgget, mq_open
        319, 447, 135, 317, // memfd_create, memfd_secret, personality, seccomp
    ];

    /// <summary>The filter of the worker, which makes namespaces and starts processes.</summary>
    public static byte[] OfWorker() => Build(Dangerous, oneProcess: false);

    /// <summary>The filter of a program.</summary>
    public static byte[] OfProgram() => Build([.. Dangerous, .. OutsideOneProcess], oneProcess: true);

    private static byte[] Build(uint[] denied, bool oneProcess)
    {
        var filter = new List<byte>();
        Add(LoadWord, ArchitectureOffset);
        Add(JumpIfEqual, X8664, whenTrue: 1);
        Add(Return, Kill);
        Add(LoadWord, NumberOffset);
        Add(JumpIfAtLeast, FirstX32Call, whenFalse: 1);
        Add(Return, Error | NotPermitted);
        foreach (uint call in denied)
        {
            Add(JumpIfEqual, call, whenFalse: 1);
            Add(Return, Error | NotPermitted);
        }

        if (oneProcess)
        {
            // clone3 keeps its flags in memory, where a filter cannot look; without it, the C library uses clone, which may start threads.
            Add(JumpIfEqual, Clone3, whenFalse: 1);
            Add(Return, Error | NoSuchCall);
            Add(JumpIfEqual, Clone, whenFalse: 3);
            Add(LoadWord, FirstArgumentOffset);
            Add(JumpIfAnyBit, CloneThread, whenTrue: 1);
            Add(Return, Error | NotPermitted);
        }

        Add(Return, Allow);
        return [.. filter];

        void Add(ushort code, uint operand, byte whenTrue = 0, byte whenFalse = 0)
        {
            Span<byte> instruction = stackalloc byte[8];
            BinaryPrimitives.WriteUInt16LittleEndian(instruction, code);
            instruction[2] = whenTrue;
            instruction[3] = whenFalse;
            BinaryPrimitives.WriteUInt32LittleEndian(instruction[4..], operand);
            filter.AddRange(instruction);
        }
    }
}
