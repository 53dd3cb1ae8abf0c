namespace DataForge.Pretrain.Torch;

/// <summary>Records the operators that some code runs, and replays them without that code: CUDA graphs.</summary>
internal interface IGraphRecorder
{
    /// <summary>
    /// Runs the work as it will be recorded, so that operators allocate their workspaces and choose their kernels before.
    /// </summary>
    void WarmUp(Action work);

    /// <summary>
    /// Records the work without running it. It must not read from the device, and its inputs must stay at the same addresses.
    /// </summary>
    /// <exception cref="TorchException">The work cannot be recorded; none of it was run.</exception>
    IRecordedGraph Record(Action work);
}

/// <summary>Recorded work: each replay reads and writes the same memory.</summary>
internal interface IRecordedGraph : IDisposable
{
    /// <summary>Runs the recorded operators.</summary>
    void Replay();
}
