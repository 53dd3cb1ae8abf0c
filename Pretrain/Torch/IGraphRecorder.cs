namespace DataForge.Pretrain.Torch;

/// <summary>Records a stretch of work on tensors and plays it back without the program that made it: CUDA graphs.</summary>
internal interface IGraphRecorder
{
    /// <summary>Does the work as it will be recorded, but for real: operators take their workspaces and choose their kernels.</summary>
    void WarmUp(Action work);

    /// <summary>Records the work. It must ask nothing of the device, and take its inputs from tensors that stay where they are.</summary>
    /// <exception cref="TorchException">It cannot be recorded; none of it was done.</exception>
    IRecordedGraph Record(Action work);
}

/// <summary>Work as recorded: each replay reads and writes the same memory.</summary>
internal interface IRecordedGraph : IDisposable
{
    /// <summary>Does it again.</summary>
    void Replay();
}
