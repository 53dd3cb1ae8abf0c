namespace DataForge.Pretrain.Torch;

/// <summary>
/// CUDA graphs (https://pytorch.org/docs/stable/notes/cuda.html#cuda-graphs): work is captured once, kernel by kernel, and from then on
/// launched with one call. Warm-up and capture run on a side stream, as PyTorch requires.
/// </summary>
/// <param name="device">The device that runs the work.</param>
internal sealed class CudaGraphs(Device device) : IGraphRecorder
{
    /// <summary>Whether the native library was compiled with CUDA's headers, which graphs and <see cref="CopyStream"/> need.</summary>
    internal static bool IsAvailable => Native.dft_cuda_compiled() != 0;

    /// <inheritdoc/>
    public void WarmUp(Action work)
    {
        Native.Check(Native.dft_cuda_device(device.Index));
        Native.Check(Native.dft_graph_aside(1));
        try
        {
            work();
        }
        finally
        {
            _ = Native.dft_graph_aside(0);
        }
    }

    /// <inheritdoc/>
    public unsafe IRecordedGraph Record(Action work)
    {
        nint graph;
        Native.Check(Native.dft_cuda_device(device.Index));
        Native.Check(Native.dft_graph_aside(1));
        try
        {
            Native.Check(Native.dft_graph_begin(&graph));
            try
            {
                work();
                Native.Check(Native.dft_graph_end(graph));
            }
            catch
            {
                Native.dft_graph_abandon(graph);
                throw;
            }
        }
        finally
        {
            _ = Native.dft_graph_aside(0);
        }

        return new Graph(graph);
    }

    /// <summary>A captured graph.</summary>
    private sealed class Graph(nint handle) : IRecordedGraph
    {
        /// <inheritdoc/>
        public void Replay() => Native.Check(Native.dft_graph_replay(handle));

        /// <inheritdoc/>
        public void Dispose() => Native.dft_graph_release(handle);
    }
}
