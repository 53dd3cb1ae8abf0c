using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// Processes that train one model together (collective communication). All of them make the same calls in the same order.
/// <see cref="C10dProcessGroup"/> is the implementation over libtorch; tests have others.
/// </summary>
public interface IProcessGroup : IDisposable
{
    /// <summary>Which process this is, from 0.</summary>
    int Rank { get; }

    /// <summary>How many there are, at least 2.</summary>
    int WorldSize { get; }

    /// <summary>Starts to sum a contiguous tensor over all processes, in place; it must not be touched before <see cref="Wait"/>.</summary>
    /// <returns>A handle for <see cref="Wait"/>.</returns>
    nint BeginAllReduce(Tensor tensor);

    /// <summary>Waits for an all-reduce. Every process then holds the same bytes.</summary>
    /// <param name="work">What <see cref="BeginAllReduce"/> returned.</param>
    /// <exception cref="TorchException">A process is gone, or did not answer in time.</exception>
    void Wait(nint work);

    /// <summary>Copies rank 0's tensor to all other processes.</summary>
    /// <exception cref="TorchException">A process is gone, or did not answer in time.</exception>
    void Broadcast(Tensor tensor);
}
