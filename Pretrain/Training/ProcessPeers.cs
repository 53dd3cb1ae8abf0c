using System.Security.Cryptography;
using System.Text;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// The processes that train one model together, as the training loop sees them: a few numbers that are summed or broadcast, and one error
/// that says what to do when a process is lost. A process that trains alone has rank 0 and world size 1, and every call is a no-op.
/// </summary>
internal sealed class ProcessPeers : IDisposable
{
    private const int MaxNumbers = 16;
    private readonly Tensor _hostNumbers; // [MaxNumbers] float64, in main memory
    private readonly Tensor _numbers;     // the same on the device that the group works on

    /// <summary>The peers over a group, which stays the caller's; null if this process trains alone.</summary>
    internal ProcessPeers(IProcessGroup? group, Device device)
    {
        Group = group;
        if (group is not null)
        {
            _hostNumbers = torch.zeros([MaxNumbers], ScalarType.Float64).DetachFromDisposeScope();
            _numbers = device.Type == DeviceType.CPU ? _hostNumbers : _hostNumbers.to(device).DetachFromDisposeScope();
        }
    }

    /// <summary>The process group; null if this process trains alone.</summary>
    internal IProcessGroup? Group { get; }

    /// <summary>This process, from 0.</summary>
    internal int Rank => Group?.Rank ?? 0;

    /// <summary>How many processes train together, at least 1.</summary>
    internal int WorldSize => Group?.WorldSize ?? 1;

    /// <summary>Whether this process writes: checkpoints, export, log.</summary>
    internal bool IsRankZero => Rank == 0;

    private string Remedy => $"start all {WorldSize} again with the same command, and training continues from its last checkpoint";

    /// <summary>The sum of a number over all processes.</summary>
    internal double AllReduce(double own)
    {
        if (Group is null)
        {
            return own;
        }

        Span<double> values = [own];
        AllReduce(values);
        return values[0];
    }

    /// <summary>The sum of a whole number over all processes; exact below 2^53.</summary>
    internal long AllReduce(long own) => Group is null ? own : (long)AllReduce((double)own);

    /// <summary>Gives every process rank 0's numbers; at most 16.</summary>
    internal void Broadcast(Span<double> values)
    {
        if (Group is null)
        {
            return;
        }

        values.CopyTo(_hostNumbers.AsSpan<double>());
        Exchange(sum: false);
        _hostNumbers.AsSpan<double>()[..values.Length].CopyTo(values);
    }

    /// <summary>Gives every process rank 0's tensor.</summary>
    internal void Broadcast(Tensor tensor)
    {
        if (Group is not null)
        {
            WithPeerErrors(() => Group.Broadcast(tensor));
        }
    }

    /// <summary>Checks that all processes were given the same model, options and data.</summary>
    /// <exception cref="TrainingException">They were not; thrown in every process.</exception>
    internal void RequireSameRun(string description)
    {
        if (Group is null)
        {
            return;
        }

        double own = BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(description))) >> 16; // 48 bits: exact in a double
        Span<double> first = [own];
        Broadcast(first);
        double different = AllReduce(first[0] == own ? 0.0 : 1);
        if (different > 0)
        {
            throw new TrainingException(
                $"{different:F0} of the {WorldSize} processes have another model, other options or other data than process 0; "
                + "start them all with the same command over the same run");
        }
    }

    /// <summary>Throws in every process where one of them was asked to stop, so that all stop after the same step.</summary>
    /// <exception cref="OperationCanceledException">This process was asked to stop.</exception>
    /// <exception cref="PeerLostException">Another process was.</exception>
    internal void ThrowIfAnyIsCancelled(CancellationToken cancellation)
    {
        if (Group is not null && AllReduce(cancellation.IsCancellationRequested ? 1.0 : 0) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new PeerLostException($"another of the {WorldSize} processes was asked to stop; {Remedy}");
        }
    }

    /// <summary>The cancellation that applies within a step: a process alone may stop there, several stop between steps.</summary>
    internal CancellationToken WithinStep(CancellationToken cancellation) => Group is null ? cancellation : CancellationToken.None;

    /// <summary>Runs a collective call; a failure becomes an error that says what to do.</summary>
    internal void WithPeerErrors(Action collective)
    {
        try
        {
            collective();
        }
        catch (TorchException e)
        {
            throw new PeerLostException(
                $"process {Rank} of {WorldSize}: another process is gone or does not answer ({e.Message}); {Remedy}", e);
        }
    }

    /// <summary>Releases the buffers; the group is the caller's.</summary>
    public void Dispose()
    {
        _numbers.Dispose();
        _hostNumbers.Dispose();
    }

    private void AllReduce(Span<double> values)
    {
        Span<double> host = _hostNumbers.AsSpan<double>();
        host.Clear();
        values.CopyTo(host);
        Exchange(sum: true);
        _hostNumbers.AsSpan<double>()[..values.Length].CopyTo(values);
    }

    private void Exchange(bool sum) => WithPeerErrors(() =>
    {
        if (!_numbers.Equals(_hostNumbers))
        {
            _numbers.copy_(_hostNumbers);
        }

        if (sum)
        {
            Group!.Wait(Group.BeginAllReduce(_numbers));
        }
        else
        {
            Group!.Broadcast(_numbers);
        }

        if (!_numbers.Equals(_hostNumbers))
        {
            _hostNumbers.copy_(_numbers);
        }
    });
}
