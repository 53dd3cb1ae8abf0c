using System.Text;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// A process group of libtorch's c10d: Gloo for tensors in main memory, NCCL for those on GPUs. Gloo sums round a ring, in the order of
/// the ranks: the same processes give the same bytes from run to run.
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

    /// <summary>Whether the native library has groups for tensors on such devices.</summary>
    public static bool IsAvailable(DeviceType device) => Native.dft_group_available(BackendOf(device)) != 0;

    /// <summary>Meets the other processes.</summary>
    /// <param name="rank">Which this is, and where they meet.</param>
    /// <param name="device">Where the tensors will lie.</param>
    /// <param name="timeout">How long to wait for the others, here and in every call.</param>
    /// <exception cref="TrainingException">They did not come, or this library knows no such group.</exception>
    public static C10dProcessGroup Join(ProcessRank rank, DeviceType device, TimeSpan timeout)
    {
        if (!IsAvailable(device))
        {
            throw new TrainingException(device == DeviceType.CPU
                ? "several processes were asked for, but the native library was compiled without Gloo; install libgloo-dev and run ./dataforge once"
                : "several processes were asked for, but the native library was compiled without NCCL: its header nccl.h was not found");
        }

        nint group;
        int status;
        fixed (byte* host = Encoding.UTF8.GetBytes(rank.MasterAddress + "\0"), prefix = Encoding.UTF8.GetBytes($"dataforge/{rank.RestartCount}\0"))
        {
            status = Native.dft_group_join(
                BackendOf(device), host, rank.MasterPort, rank.Rank, rank.WorldSize, rank.UsesAgentStore ? 1 : 0, prefix,
                (long)timeout.TotalMilliseconds, &group);
        }

        return status == 0
            ? new C10dProcessGroup(group, rank)
            : throw new TrainingException(
                $"process {rank.Rank} of {rank.WorldSize} could not meet the others at {rank.MasterAddress}:{rank.MasterPort} within {timeout.TotalSeconds:F0} s: {FirstLine(Native.LastError().Message)}");
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

    /// <summary>Leaves the group. After a failure nothing is done: its threads may wait for processes that are gone.</summary>
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

    // Gloo's errors begin with a file of its own source, "[../gloo/transport/tcp/pair.cc:598] ": that helps nobody here.
    private static string FirstLine(string text)
    {
        string line = text.Split('\n', 2)[0].Trim();
        int end = line.StartsWith('[') ? line.IndexOf("] ", StringComparison.Ordinal) : -1;
        return end >= 0 ? line[(end + 2)..] : line;
    }
}
