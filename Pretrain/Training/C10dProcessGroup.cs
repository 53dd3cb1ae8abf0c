using System.Text;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// A process group of libtorch's c10d: Gloo for tensors in main memory, NCCL for those on GPUs. Gloo's all-reduce goes round a ring in the
/// order of the ranks, so the same number of processes gives the same bytes from run to run.
/// </summary>
public sealed unsafe class C10dProcessGroup : IProcessGroup
{
    private readonly nint _handle;
    private bool _isBroken;

    private C10dProcessGroup(nint handle, ProcessRank place)
    {
        _handle = handle;
        Rank = place.Rank;
        WorldSize = place.WorldSize;
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int WorldSize { get; }

    /// <summary>Whether the native library was compiled with a backend for tensors on such devices.</summary>
    public static bool IsAvailable(DeviceType device) => Native.dft_group_available(BackendOf(device)) != 0;

    /// <summary>Joins the process group; returns once all processes have joined.</summary>
    /// <param name="rank">Which process this is, and the address of rank 0.</param>
    /// <param name="device">Where the tensors will be.</param>
    /// <param name="timeout">How long to wait for the others, here and in every collective call.</param>
    /// <exception cref="TrainingException">Not all processes joined in time, or the library has no backend for the device.</exception>
    public static C10dProcessGroup Join(ProcessRank rank, DeviceType device, TimeSpan timeout)
    {
        if (!IsAvailable(device))
        {
            throw new TrainingException(device == DeviceType.CPU
                ? "several processes were asked for, but the native library was compiled without Gloo; "
                    + "install libgloo-dev and run ./dataforge once"
                : "several processes were asked for, but the native library was compiled without NCCL: its header nccl.h was not found");
        }

        nint group;
        int status;
        byte[] address = Encoding.UTF8.GetBytes(rank.MasterAddress + "\0");
        byte[] keyPrefix = Encoding.UTF8.GetBytes($"dataforge/{rank.RestartCount}\0"); // keeps restarts apart in the store
        fixed (byte* host = address, prefix = keyPrefix)
        {
            status = Native.dft_group_join(
                BackendOf(device), host, rank.MasterPort, rank.Rank, rank.WorldSize, rank.UsesAgentStore ? 1 : 0, prefix,
                (long)timeout.TotalMilliseconds, &group);
        }

        return status == 0
            ? new C10dProcessGroup(group, rank)
            : throw new TrainingException(
                $"process {rank.Rank} of {rank.WorldSize} could not meet the others at {rank.MasterAddress}:{rank.MasterPort} "
                + $"within {timeout.TotalSeconds:F0} s: {FirstLine(Native.LastError().Message)}");
    }

    /// <inheritdoc/>
    public nint BeginAllReduce(Tensor tensor)
    {
        nint work;
        Check(Native.dft_group_all_reduce(_handle, tensor.Handle, &work));
        return work;
    }

    /// <inheritdoc/>
    public void Wait(nint work) => Check(Native.dft_group_wait(work));

    /// <inheritdoc/>
    public void Broadcast(Tensor tensor)
    {
        nint work;
        Check(Native.dft_group_broadcast(_handle, tensor.Handle, 0, &work));
        Wait(work);
    }

    /// <summary>Leaves the group. After a failure it does nothing: the group's threads may wait for processes that are gone.</summary>
    public void Dispose()
    {
        if (!_isBroken)
        {
            _isBroken = true;
            Native.dft_group_leave(_handle);
        }
    }

    private static int BackendOf(DeviceType device) => device == DeviceType.CPU ? 0 : 1; // Gloo, NCCL

    private void Check(int status)
    {
        if (status < 0)
        {
            _isBroken = true;
            throw new TorchException(FirstLine(Native.LastError().Message));
        }
    }

    // Gloo's messages start with a position in its own source, "[../gloo/transport/tcp/pair.cc:598] ", which is cut off.
    private static string FirstLine(string text)
    {
        string line = text.Split('\n', 2)[0].Trim();
        int end = line.StartsWith('[') ? line.IndexOf("] ", StringComparison.Ordinal) : -1;
        return end >= 0 ? line[(end + 2)..] : line;
    }
}
