using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// Processes that train one model together. All of them make the same calls in the same order. <see cref="C10dProcessGroup"/> is the one
/// over libtorch; the trainer knows only this.
/// </summary>
public interface IProcessGroup : IDisposable
{
    /// <summary>Which process this is, from 0.</summary>
    int Rank { get; }

    /// <summary>How many there are, at least 2.</summary>
    int WorldSize { get; }

    /// <summary>Begins to sum a contiguous tensor over all processes, in place; it must not be touched before <see cref="Wait"/>.</summary>
    /// <returns>What to wait for.</returns>
    nint BeginAllReduce(Tensor tensor);

    /// <summary>Waits for a sum. Every process then holds the same bytes.</summary>
    /// <exception cref="TorchException">A process is gone, or did not answer in time.</exception>
    void Wait(nint work);

    /// <summary>Copies rank 0's tensor over everybody else's.</summary>
    /// <exception cref="TorchException">A process is gone, or did not answer in time.</exception>
    void Broadcast(Tensor tensor);
}
