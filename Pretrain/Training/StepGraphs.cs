using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>What of a step is recorded by itself.</summary>
internal enum StepPart
{
    /// <summary>A micro-batch that replaces the gradients.</summary>
    FirstMicroBatch,

    /// <summary>A micro-batch that adds to them.</summary>
    NextMicroBatch,

    /// <summary>The optimizer's update.</summary>
    Update,
}

/// <summary>
/// Does the parts of a step, from a recording where there is one: the first <see cref="WarmUpRuns"/> times as ever, then recorded, then
/// played back. Where recording fails, the run goes on as ever and is told why.
/// </summary>
/// <param name="recorder">How work is recorded.</param>
/// <param name="tell">Is told once where recording is given up.</param>
internal sealed class StepGraphs(IGraphRecorder recorder, Action<string> tell) : IDisposable
{
    /// <summary>How often work is done before it is recorded; PyTorch asks for three.</summary>
    internal const int WarmUpRuns = 3;

    private readonly Part[] _parts = [new(), new(), new()];
    private bool _isOff;

    /// <summary>Does one part of a step.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="shape">What decides the shapes within; work of another shape than the recorded is done as ever.</param>
    /// <param name="work">The part itself.</param>
    internal void Run(StepPart kind, long shape, Action work)
    {
        Part part = _parts[(int)kind];
        if (_isOff || (part.Done > 0 && part.Shape != shape))
        {
            work();
            return;
        }

        part.Shape = shape;
        if (part.Done < WarmUpRuns)
        {
            recorder.WarmUp(work);
            part.Done++;
            return;
        }

        if (part.Recorded is null && !TryRecord(part, work))
        {
            work();
            return;
        }

        part.Recorded!.Replay();
    }

    /// <summary>Lets go of what was recorded.</summary>
    public void Dispose()
    {
        foreach (Part part in _parts)
        {
            part.Recorded?.Dispose();
            part.Recorded = null;
        }
    }

    private bool TryRecord(Part part, Action work)
    {
        try
        {
            part.Recorded = recorder.Record(work);
            return true;
        }
        catch (TorchException e)
        {
            _isOff = true;
            Dispose(); // their memory may be what is missing
            tell($"steps are made without CUDA graphs, since one could not be captured: {FirstLine(e.Message)}");
            return false;
        }
    }

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();

    private sealed class Part
    {
        internal int Done { get; set; }

        internal long Shape { get; set; }

        internal IRecordedGraph? Recorded { get; set; }
    }
}
