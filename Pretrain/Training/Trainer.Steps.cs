using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <content>One step: the gradients over all micro-batches and processes, the verdict, the update.</content>
public sealed partial class Trainer
{
    private void MakeStep(SpeedMeter speed, CancellationToken cancellation)
    {
        speed.BeginStep();
        long step = progress.Step;
        double rate = LearningRateSchedule.At(step, options);
        (double loss, double norm, string? fault) = onDevice is null ? StepOnHost(step, rate, cancellation) : StepOn(onDevice, step, rate, cancellation);

        Progress(step + 1);
        if (fault is null)
        {
            log.Step(speed.EndStep(step, loss, rate, norm));
            return;
        }

        log.Skipped(new TrainingStepSkipped(step, loss, norm, fault));
        if (spikes.SkippedInARow >= options.MaxSkippedInARow)
        {
            throw new TrainingException($"{spikes.SkippedInARow} steps in a row were skipped, the last because {fault}; try a lower learning rate");
        }
    }

    private (double Loss, double Norm, string? Fault) StepOnHost(long step, double rate, CancellationToken cancellation)
    {
        double loss = double.NaN; // where there is nothing to learn from: skipped, and told
        long counted = Sum(batches.ReadStep(step));
        if (counted > 0)
        {
            Model.Refresh();
            double sum = 0;
            for (int micro = 0; micro < micros; micro++)
            {
                BeginMicro(micro);
                try
                {
                    sum += Model.ForwardBackward(
                        batches.Ids, batches.Targets, options.BatchSize, options.BlockSize, 1.0 / counted, accumulate: micro > 0, Within(cancellation));
                }
                catch (TorchException e) when (MemoryEstimate.IsOutOfMemory(e))
                {
                    throw MemoryEstimate.OutOfMemory(options.BatchSize, Fits, e);
                }
            }

            peers?.FinishGradients();
            loss = Sum(sum) / counted;
        }

        return UpdateOnHost(step, loss, rate);
    }

    private (double Loss, double Norm, string? Fault) UpdateOnHost(long step, double loss, double rate)
    {
        double norm = optimizer.GradientNorm();
        string? fault = spikes.Judge(step, loss, norm);
        if (fault is null)
        {
            optimizer.Step(rate, optimizer.ClipFactor(norm));
        }

        return (loss, norm, fault);
    }

    /// <summary>
    /// The device itself clips, and leaves the update out where the norm is beyond the limit or the loss is not finite, so that it need not
    /// wait for this process; afterwards the same is judged here, for the books.
    /// </summary>
    private (double Loss, double Norm, string? Fault) StepOn(DeviceStep device, long step, double rate, CancellationToken cancellation)
    {
        long counted = Sum(batches.ReadStep(step));
        if (counted == 0)
        {
            return UpdateOnHost(step, double.NaN, rate);
        }

        Model.Refresh();
        double limit = DeviceStep.Representable(spikes.Limit(step));
        device.Begin(counted, rate, limit);
        for (int micro = 0; micro < micros; micro++)
        {
            BeginMicro(micro);
            try
            {
                device.Micro(micro, Within(cancellation));
            }
            catch (TorchException e) when (MemoryEstimate.IsOutOfMemory(e))
            {
                throw MemoryEstimate.OutOfMemory(options.BatchSize, Fits, e);
            }
        }

        double sum = 0;
        if (!device.Updates || peers is not null)
        {
            peers?.FinishGradients();
            sum = Sum(device.Read().Loss);
        }

        if (!device.Updates)
        {
            return UpdateOnHost(step, sum / counted, rate);
        }

        if (!double.IsFinite(sum))
        {
            device.SetLimit(limit = -1); // another process's loss
        }

        device.MakeUpdate();
        (double own, double norm) = device.Read();
        sum = peers is null ? own : sum;
        string? fault = spikes.Judge(sum, norm, limit);
        optimizer.Updates += fault is null ? 1 : 0;
        return (sum / counted, norm, fault);
    }

    private void BeginMicro(int micro)
    {
        batches.Load(micro);
        Model.transformer.BlockDone = micro == micros - 1 ? peers?.BlockDone : null;
    }

    /// <summary>Whether a micro-batch of so many blocks goes through, forth and back; spoils the gradients.</summary>
    private bool Fits(int batchSize)
    {
        try
        {
            Model.transformer.BlockDone = null;
            using DisposeScope scope = torch.NewDisposeScope();
            long size = (long)batchSize * options.BlockSize;
            Model.ForwardBackward(
                batches.Ids.narrow(0, 0, size), batches.Targets.narrow(0, 0, size), batchSize, options.BlockSize, 1, accumulate: false);
            return true;
        }
        catch (TorchException e) when (MemoryEstimate.IsOutOfMemory(e))
        {
            return false;
        }
    }

    /// <summary>The sum over all processes.</summary>
    private double Sum(double own)
    {
        if (peers is not null)
        {
            Span<double> values = [own];
            peers.Sum(values);
            return values[0];
        }

        return own;
    }

    private long Sum(long own) => (long)Sum((double)own);

    /// <summary>Alone, a run may stop within a step; several processes stop between steps, all at the same one.</summary>
    private CancellationToken Within(CancellationToken cancellation) => peers is null ? cancellation : CancellationToken.None;

    private void ThrowWhereOneIsStopped(CancellationToken cancellation)
    {
        if (peers is not null && Sum(cancellation.IsCancellationRequested ? 1.0 : 0) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            throw peers.StoppedElsewhere();
        }
    }

    private void Progress(long step)
    {
        progress.Step = step;
        progress.Updates = optimizer.Updates;
        progress.NormMean = spikes.Mean;
        progress.NormCount = spikes.Count;
        progress.SkippedInARow = spikes.SkippedInARow;
    }
}
