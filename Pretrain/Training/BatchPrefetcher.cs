using System.Runtime.ExceptionServices;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>Lays out a step's ids and targets; gives how many positions count in the loss.</summary>
internal delegate long FillStepBatch(long step, Span<long> ids, Span<long> targets);

/// <summary>
/// Makes the next step's batch on a thread of its own while a step runs, and copies it to the GPU beside the computation: two buffers, of
/// which one is in use and the other is being filled. What a step is given is the same as without, since a batch is a function of its step
/// alone; a fault is told when its step is asked for.
/// </summary>
internal sealed class BatchPrefetcher : IDisposable
{
    private readonly FillStepBatch _fill;
    private readonly int _deviceIndex;
    private readonly long _last;
    private readonly Buffer[] _buffers;
    private readonly SemaphoreSlim _asked = new(0), _made = new(0);
    private readonly Thread _thread;
    private Buffer? _pending; // being filled, or filled and not yet taken
    private bool _stopping;

    /// <summary>Two buffers, and the thread that fills them.</summary>
    /// <param name="elements">Positions of a step.</param>
    /// <param name="device">Where batches go.</param>
    /// <param name="last">The last step that will be asked for.</param>
    /// <param name="fill">Lays a step's ids and targets out; gives how many positions count. Called on the other thread.</param>
    internal BatchPrefetcher(long elements, Device device, long last, FillStepBatch fill)
    {
        (_fill, _last, _deviceIndex) = (fill, last, device.Index);
        _buffers = [new Buffer(elements, device), new Buffer(elements, device)];
        _thread = new Thread(FillRequestedSteps) { IsBackground = true, Name = "next batch" };
        _thread.Start();
    }

    /// <summary>
    /// The ids and targets of a step, on the device, and how many positions count; the step after it is begun. They stay until the next
    /// call, when the device must be done with them.
    /// </summary>
    internal (Tensor Ids, Tensor Targets, long Counted) TakeStep(long step)
    {
        if (_pending is null || _pending.Step != step)
        {
            WaitForPending(); // of another step: after a resume or an evaluation nothing else is lost than its work
            RequestStep(step);
        }

        Buffer taken = _pending!;
        _made.Wait();
        _pending = null;
        if (taken.Fault is { } fault)
        {
            taken.Fault = null;
            fault.Throw();
        }

        taken.AwaitCopy();
        if (step < _last)
        {
            RequestStep(step + 1);
        }

        return (taken.Ids, taken.Targets, taken.Counted);
    }

    /// <summary>Waits until the other thread reads no data.</summary>
    internal void WaitUntilIdle()
    {
        if (_pending is not null)
        {
            _made.Wait();
            _made.Release(); // for Take
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping = true;
        _asked.Release();
        _thread.Join();
        foreach (Buffer buffer in _buffers)
        {
            buffer.Dispose();
        }

        _asked.Dispose();
        _made.Dispose();
    }

    private void WaitForPending()
    {
        if (_pending is not null)
        {
            _made.Wait();
            _pending.AwaitCopy();
            _pending.Fault = null;
            _pending = null;
        }
    }

    private void RequestStep(long step)
    {
        _pending = _buffers[step & 1];
        _pending.Step = step;
        _asked.Release();
    }

    private void FillRequestedSteps()
    {
        while (true)
        {
            _asked.Wait();
            if (_stopping)
            {
                return;
            }

            try
            {
                _pending!.Fill(_fill, _deviceIndex);
            }
            catch (Exception e)
            {
                _pending!.Fault = ExceptionDispatchInfo.Capture(e);
            }

            _made.Release();
        }
    }

    /// <summary>One step's batch in main memory (pinned, for a GPU) and on the device.</summary>
    private sealed class Buffer : IDisposable
    {
        private readonly bool _onCpu;
        private readonly Tensor _hostIds;
        private readonly Tensor _hostTargets;
        private nint _mark;

        internal Buffer(long elements, Device device)
        {
            _onCpu = device.Type == DeviceType.CPU;
            _hostIds = Host();
            _hostTargets = Host();
            Ids = _onCpu ? _hostIds : _hostIds.to(device).DetachFromDisposeScope();
            Targets = _onCpu ? _hostTargets : _hostTargets.to(device).DetachFromDisposeScope();

            Tensor Host() => (_onCpu ? torch.zeros([elements], ScalarType.Int64) : torch.pinned([elements], ScalarType.Int64)).DetachFromDisposeScope();
        }

        internal Tensor Ids { get; }

        internal Tensor Targets { get; }

        internal long Step { get; set; } = -1;

        internal long Counted { get; private set; }

        internal ExceptionDispatchInfo? Fault { get; set; }

        internal void Fill(FillStepBatch fill, int deviceIndex)
        {
            Counted = fill(Step, _hostIds.AsSpan<long>(), _hostTargets.AsSpan<long>());
            if (!_onCpu)
            {
                CopyStream.SetDevice(deviceIndex);
                CopyStream.CopyAsync(Ids, _hostIds);
                CopyStream.CopyAsync(Targets, _hostTargets);
                _mark = CopyStream.RecordEvent();
            }
        }

        /// <summary>What the device is given from now on comes after the copy.</summary>
        internal void AwaitCopy()
        {
            if (_mark != 0)
            {
                CopyStream.WaitForEvent(_mark);
                _mark = 0;
            }
        }

        public void Dispose()
        {
            AwaitCopy();
            Ids.Dispose();
            Targets.Dispose();
            _hostIds.Dispose();
            _hostTargets.Dispose();
        }
    }
}
