using System.Runtime.ExceptionServices;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>Lays out a step's ids and targets; gives how many positions count in the loss.</summary>
internal delegate long FillStep(long step, Span<long> ids, Span<long> targets);

/// <summary>
/// Makes the next step's batch on a thread of its own while a step runs, and copies it to the GPU beside the computation: two buffers, of
/// which one is in use and the other is being filled. What a step is given is the same as without, since a batch is a function of its step
/// alone; a fault is told when its step is asked for.
/// </summary>
internal sealed class BatchesAhead : IDisposable
{
    private readonly FillStep fill;
    private readonly int deviceIndex;
    private readonly long last;
    private readonly Buffer[] buffers;
    private readonly SemaphoreSlim asked = new(0), made = new(0);
    private readonly Thread thread;
    private Buffer? pending; // being filled, or filled and not yet taken
    private bool stopping;

    /// <summary>Two buffers, and the thread that fills them.</summary>
    /// <param name="elements">Positions of a step.</param>
    /// <param name="device">Where batches go.</param>
    /// <param name="last">The last step that will be asked for.</param>
    /// <param name="fill">Lays a step's ids and targets out; gives how many positions count. Called on the other thread.</param>
    internal BatchesAhead(long elements, Device device, long last, FillStep fill)
    {
        (this.fill, this.last, deviceIndex) = (fill, last, device.Index);
        buffers = [new Buffer(elements, device), new Buffer(elements, device)];
        thread = new Thread(Work) { IsBackground = true, Name = "next batch" };
        thread.Start();
    }

    /// <summary>
    /// The ids and targets of a step, on the device, and how many positions count; the step after it is begun. They stay until the next
    /// call, when the device must be done with them.
    /// </summary>
    internal (Tensor Ids, Tensor Targets, long Counted) Take(long step)
    {
        if (pending is null || pending.Step != step)
        {
            WaitForPending(); // of another step: after a resume or an evaluation nothing else is lost than its work
            Ask(step);
        }

        Buffer taken = pending!;
        made.Wait();
        pending = null;
        if (taken.Fault is { } fault)
        {
            taken.Fault = null;
            fault.Throw();
        }

        taken.AwaitCopy();
        if (step < last)
        {
            Ask(step + 1);
        }

        return (taken.Ids, taken.Targets, taken.Counted);
    }

    /// <summary>Waits until the other thread reads no data.</summary>
    internal void Settle()
    {
        if (pending is not null)
        {
            made.Wait();
            made.Release(); // for Take
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stopping = true;
        asked.Release();
        thread.Join();
        foreach (Buffer buffer in buffers)
        {
            buffer.Dispose();
        }

        asked.Dispose();
        made.Dispose();
    }

    private void WaitForPending()
    {
        if (pending is not null)
        {
            made.Wait();
            pending.AwaitCopy();
            pending.Fault = null;
            pending = null;
        }
    }

    private void Ask(long step)
    {
        pending = buffers[step & 1];
        pending.Step = step;
        asked.Release();
    }

    private void Work()
    {
        while (true)
        {
            asked.Wait();
            if (stopping)
            {
                return;
            }

            try
            {
                pending!.Fill(fill, deviceIndex);
            }
            catch (Exception e)
            {
                pending!.Fault = ExceptionDispatchInfo.Capture(e);
            }

            made.Release();
        }
    }

    /// <summary>One step's batch in main memory (pinned, for a GPU) and on the device.</summary>
    private sealed class Buffer : IDisposable
    {
        private readonly bool onCpu;
        private readonly Tensor hostIds;
        private readonly Tensor hostTargets;
        private nint mark;

        internal Buffer(long elements, Device device)
        {
            onCpu = device.Type == DeviceType.CPU;
            hostIds = Host();
            hostTargets = Host();
            Ids = onCpu ? hostIds : hostIds.to(device).DetachFromDisposeScope();
            Targets = onCpu ? hostTargets : hostTargets.to(device).DetachFromDisposeScope();

            Tensor Host() => (onCpu ? torch.zeros([elements], ScalarType.Int64) : torch.pinned([elements], ScalarType.Int64)).DetachFromDisposeScope();
        }

        internal Tensor Ids { get; }

        internal Tensor Targets { get; }

        internal long Step { get; set; } = -1;

        internal long Counted { get; private set; }

        internal ExceptionDispatchInfo? Fault { get; set; }

        internal void Fill(FillStep fill, int deviceIndex)
        {
            Counted = fill(Step, hostIds.AsSpan<long>(), hostTargets.AsSpan<long>());
            if (!onCpu)
            {
                CopyStream.UseDevice(deviceIndex);
                CopyStream.Begin(Ids, hostIds);
                CopyStream.Begin(Targets, hostTargets);
                mark = CopyStream.Mark();
            }
        }

        /// <summary>What the device is given from now on comes after the copy.</summary>
        internal void AwaitCopy()
        {
            if (mark != 0)
            {
                CopyStream.Await(mark);
                mark = 0;
            }
        }

        public void Dispose()
        {
            AwaitCopy();
            Ids.Dispose();
            Targets.Dispose();
            hostIds.Dispose();
            hostTargets.Dispose();
        }
    }
}
