using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>The parts of a step; each is captured as a graph of its own.</summary>
internal enum StepPart
{
    /// <summary>Forward and backward of a micro-batch that replaces the gradients.</summary>
    FirstMicroBatch,

    /// <summary>Forward and backward of a micro-batch that adds to the gradients.</summary>
    NextMicroBatch,

    /// <summary>The optimizer's update.</summary>
    Update,
}

/// <summary>
/// Runs the parts of a step, replayed from a graph where there is one: the first <see cref="WarmUpRuns"/> times normally, then captured,
/// then replayed. Where the capture fails, the run continues without graphs and warns why.
/// </summary>
/// <param name="recorder">Captures graphs.</param>
/// <param name="warn">Called once where capturing is given up.</param>
internal sealed class StepGraphs(IGraphRecorder recorder, Action<string> warn) : IDisposable
{
    /// <summary>How often a part runs before it is captured: PyTorch's example warms up three times
    /// (https://pytorch.org/docs/stable/notes/cuda.html#whole-network-capture).</summary>
    internal const int WarmUpRuns = 3;

    private readonly PartGraph[] _parts = [new(), new(), new()]; // by StepPart
    private bool _isDisabled;

    /// <summary>Runs one part of a step.</summary>
    /// <param name="kind">The part.</param>
    /// <param name="shape">Decides the shapes of the tensors inside; work of another shape than the captured one runs normally.</param>
    /// <param name="work">Runs the part.</param>
    internal void Run(StepPart kind, long shape, Action work)
    {
        PartGraph part = _parts[(int)kind];
        if (_isDisabled || (part.Runs > 0 && part.Shape != shape))
        {
            work();
            return;
        }

        part.Shape = shape;
        if (part.Runs < WarmUpRuns)
        {
            recorder.WarmUp(work);
            part.Runs++;
            return;
        }

        if (part.Graph is null && !TryRecord(part, work))
        {
            work();
            return;
        }

        part.Graph!.Replay();
    }

    /// <summary>Releases the graphs.</summary>
    public void Dispose()
    {
        foreach (PartGraph part in _parts)
        {
            part.Graph?.Dispose();
            part.Graph = null;
        }
    }

    private bool TryRecord(PartGraph part, Action work)
    {
        try
        {
            part.Graph = recorder.Record(work);
            return true;
        }
        catch (TorchException e)
        {
            _isDisabled = true;
            Dispose(); // the graphs' own memory may be what is missing
            warn($"steps run without CUDA graphs, since one could not be captured: {FirstLine(e.Message)}");
            return false;
        }
    }

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();

    /// <summary>The graph of one part, once it is captured.</summary>
    private sealed class PartGraph
    {
        /// <summary>Warm-up runs so far.</summary>
        internal int Runs { get; set; }

        /// <summary>The shape of the first run.</summary>
        internal long Shape { get; set; }

        /// <summary>The captured graph, or null.</summary>
        internal IRecordedGraph? Graph { get; set; }
    }
}
