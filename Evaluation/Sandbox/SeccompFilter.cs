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
    private const int InstructionSize = 8;
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
        var answers = new SortedDictionary<uint, Answer>();
        foreach (uint call in denied)
        {
            answers[call] = Answer.NotPermitted;
        }

        if (oneProcess)
        {
            // clone3 keeps its flags in memory, where a filter cannot look; without it, the C library uses clone, which may start threads.
            (answers[Clone3], answers[Clone]) = (Answer.NoSuchCall, Answer.ThreadOnly);
        }

        return [.. Instruction(LoadWord, ArchitectureOffset), .. Instruction(JumpIfEqual, X8664, whenTrue: 1), .. Instruction(Return, Kill),
            .. Instruction(LoadWord, NumberOffset), .. Search(Ranges(answers))];
    }

    // The numbers from which on another answer holds. Most answers are the same as their neighbour's.
    private static List<(uint First, Answer Answer)> Ranges(SortedDictionary<uint, Answer> answers)
    {
        List<(uint First, Answer Answer)> ranges = [(0, Answer.Allow)];
        foreach ((uint call, Answer answer) in answers)
        {
            From(call, answer);
            From(call + 1, Answer.Allow);
        }

        From(FirstX32Call, Answer.NotPermitted);
        return ranges;

        void From(uint first, Answer answer)
        {
            if (ranges[^1].First == first)
            {
                ranges.RemoveAt(ranges.Count - 1);
            }

            if (ranges.Count == 0 || ranges[^1].Answer != answer)
            {
                ranges.Add((first, answer));
            }
        }
    }

    // A binary search: when a filter is installed, the kernel follows it for each number that there is.
    private static byte[] Search(List<(uint First, Answer Answer)> ranges)
    {
        if (ranges.Count == 1)
        {
            return Leaf(ranges[0].Answer);
        }

        int middle = ranges.Count / 2;
        byte[] below = Search(ranges[..middle]);
        return [.. Instruction(JumpIfAtLeast, ranges[middle].First, whenTrue: checked((byte)(below.Length / InstructionSize))),
            .. below, .. Search(ranges[middle..])];
    }

    private static byte[] Leaf(Answer answer) => answer switch
    {
        Answer.NotPermitted => Instruction(Return, Error | NotPermitted),
        Answer.NoSuchCall => Instruction(Return, Error | NoSuchCall),
        Answer.ThreadOnly =>
        [
            .. Instruction(LoadWord, FirstArgumentOffset), .. Instruction(JumpIfAnyBit, CloneThread, whenTrue: 1),
            .. Instruction(Return, Error | NotPermitted), .. Instruction(Return, Allow),
        ],
        _ => Instruction(Return, Allow),
    };

    // struct sock_filter.
    private static byte[] Instruction(ushort code, uint operand, byte whenTrue = 0)
    {
        byte[] instruction = new byte[InstructionSize];
        BinaryPrimitives.WriteUInt16LittleEndian(instruction, code);
        instruction[2] = whenTrue;
        BinaryPrimitives.WriteUInt32LittleEndian(instruction.AsSpan(4), operand);
        return instruction;
    }

    private enum Answer
    {
        Allow,
        NotPermitted,
        NoSuchCall,
        ThreadOnly,
    }
}
