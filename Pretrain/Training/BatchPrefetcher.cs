using System.Runtime.ExceptionServices;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// Writes the ids and targets of a step, [micro-batches × batch × time] each; returns how many positions count in the loss.
/// </summary>
internal delegate long FillStepBatch(long step, Span<long> ids, Span<long> targets);

/// <summary>
/// Prepares the next step's batch on a second thread while a step runs, and copies it to the GPU in parallel with the computation. There
/// are two buffers: one is in use while the other is filled. A step gets the same batch as without prefetching, because a batch depends on
/// only its step number. An exception is rethrown when the step it belongs to is taken.
/// </summary>
internal sealed class BatchPrefetcher : IDisposable
{
    private readonly FillStepBatch _fill;
    private readonly int _deviceIndex;
    private readonly long _lastStep;
    private readonly Buffer[] _buffers;
    private readonly SemaphoreSlim _requested = new(0), _filled = new(0);
    private readonly Thread _thread;
    private Buffer? _pending; // requested, and not yet taken
    private bool _stopping;

    /// <summary>Allocates two buffers and starts the thread that fills them.</summary>
    /// <param name="elements">Positions of a step.</param>
    /// <param name="device">Where batches are copied to.</param>
    /// <param name="lastStep">The last step that will be taken; nothing is prefetched beyond it.</param>
    /// <param name="fill">Writes a step's batch. Called on the second thread.</param>
    internal BatchPrefetcher(long elements, Device device, long lastStep, FillStepBatch fill)
    {
        (_fill, _lastStep, _deviceIndex) = (fill, lastStep, device.Index);
        _buffers = [new Buffer(elements, device), new Buffer(elements, device)];
        _thread = new Thread(FillRequestedSteps) { IsBackground = true, Name = "next batch" };
        _thread.Start();
    }

    /// <summary>
    /// The ids and targets of a step, on the device, and how many positions count. Prefetching of the step after it starts. The tensors
    /// stay valid until the next call, by which time the device must be done with them.
    /// </summary>
    internal (Tensor Ids, Tensor Targets, long Counted) TakeStep(long step)
    {
        if (_pending is null || _pending.Step != step)
        {
            DiscardPending(); // a batch of another step, after a resume: only the work of filling it is lost
            RequestStep(step);
        }

        Buffer taken = _pending!;
        _filled.Wait();
        _pending = null;
        if (taken.Error is { } error)
        {
            taken.Error = null;
            error.Throw();
        }

        taken.WaitForCopy();
        if (step < _lastStep)
        {
            RequestStep(step + 1);
        }

        return (taken.Ids, taken.Targets, taken.CountedTokens);
    }

    /// <summary>Waits until the second thread does not read the data, so that this thread may.</summary>
    internal void WaitUntilIdle()
    {
        if (_pending is not null)
        {
            _filled.Wait();
            _filled.Release(); // TakeStep waits for the same signal again
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping = true;
        _requested.Release();
        _thread.Join();
        foreach (Buffer buffer in _buffers)
        {
            buffer.Dispose();
        }

        _requested.Dispose();
        _filled.Dispose();
    }

    private void DiscardPending()
    {
        if (_pending is not null)
        {
            _filled.Wait();
            _pending.WaitForCopy();
            _pending.Error = null;
            _pending = null;
        }
    }

    private void RequestStep(long step)
    {
        _pending = _buffers[step & 1];
        _pending.Step = step;
        _requested.Release();
    }

    private void FillRequestedSteps()
    {
        while (true)
        {
            _requested.Wait();
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
                _pending!.Error = ExceptionDispatchInfo.Capture(e);
            }

            _filled.Release();
        }
    }

    /// <summary>One step's batch in main memory (pinned, for a GPU) and on the device.</summary>
    private sealed class Buffer : IDisposable
    {
        private readonly bool _onCpu;
        private readonly Tensor _hostIds;
        private readonly Tensor _hostTargets;
        private nint _copyEvent; // recorded after the copies; 0 where none is pending

        internal Buffer(long elements, Device device)
        {
            _onCpu = device.Type == DeviceType.CPU;
            _hostIds = AllocateHost(elements);
            _hostTargets = AllocateHost(elements);
            Ids = _onCpu ? _hostIds : _hostIds.to(device).DetachFromDisposeScope();
            Targets = _onCpu ? _hostTargets : _hostTargets.to(device).DetachFromDisposeScope();
        }

        /// <summary>[micro-batches × batch × time] int64, on the device.</summary>
        internal Tensor Ids { get; }

        /// <summary>[micro-batches × batch × time] int64, on the device.</summary>
        internal Tensor Targets { get; }

        /// <summary>The step that is in the buffer, or requested for it.</summary>
        internal long Step { get; set; } = -1;

        /// <summary>Positions of the step that count in the loss.</summary>
        internal long CountedTokens { get; private set; }

        /// <summary>What filling the buffer threw, or null.</summary>
        internal ExceptionDispatchInfo? Error { get; set; }

        internal void Fill(FillStepBatch fill, int deviceIndex)
        {
            CountedTokens = fill(Step, _hostIds.AsSpan<long>(), _hostTargets.AsSpan<long>());
            if (!_onCpu)
            {
                CopyStream.SetDevice(deviceIndex);
                CopyStream.CopyAsync(Ids, _hostIds);
                CopyStream.CopyAsync(Targets, _hostTargets);
                _copyEvent = CopyStream.RecordEvent();
            }
        }

        /// <summary>Makes the device run what it is given from now on after the copy. The host does not wait.</summary>
        internal void WaitForCopy()
        {
            if (_copyEvent != 0)
            {
                CopyStream.WaitForEvent(_copyEvent);
                _copyEvent = 0;
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            WaitForCopy();
            Ids.Dispose();
            Targets.Dispose();
            _hostIds.Dispose();
            _hostTargets.Dispose();
        }

        private Tensor AllocateHost(long elements)
        {
            Tensor tensor = _onCpu ? torch.zeros([elements], ScalarType.Int64) : torch.pinned([elements], ScalarType.Int64);
            return tensor.DetachFromDisposeScope();
        }
    }
}
