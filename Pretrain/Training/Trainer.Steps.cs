using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <content>One step: the gradients over all micro-batches and processes, the verdict, the update.</content>
public sealed partial class Trainer
{
    private void MakeStep(SpeedMeter speed, CancellationToken cancellation)
    {
        speed.BeginStep();
        long step = _progress.Step;
        double rate = LearningRateSchedule.At(step, _options);
        (double loss, double norm, string? fault) = _onDevice is null ? StepOnHost(step, rate, cancellation) : StepOn(_onDevice, step, rate, cancellation);

        Progress(step + 1);
        if (fault is null)
        {
            _log.StepCompleted(speed.EndStep(step, loss, rate, norm));
            return;
        }

        _log.StepSkipped(new TrainingStepSkipped(step, loss, norm, fault));
        if (_spikes.SkippedInARow >= _options.MaxSkippedInARow)
        {
            throw new TrainingException($"{_spikes.SkippedInARow} steps in a row were skipped, the last because {fault}; try a lower learning rate");
        }
    }

    private (double Loss, double Norm, string? Fault) StepOnHost(long step, double rate, CancellationToken cancellation)
    {
        double loss = double.NaN; // where there is nothing to learn from: skipped, and told
        long counted = Sum(_batches.ReadStep(step));
        if (counted > 0)
        {
            Model.RefreshComputeValues();
            double sum = 0;
            for (int micro = 0; micro < _micros; micro++)
            {
                BeginMicro(micro);
                try
                {
                    sum += Model.ForwardBackward(
                        _batches.Ids, _batches.Targets, _options.BatchSize, _options.BlockSize, 1.0 / counted, accumulate: micro > 0, Within(cancellation));
                }
                catch (TorchException e) when (MemoryEstimate.IsOutOfMemory(e))
                {
                    throw MemoryEstimate.OutOfMemory(_options.BatchSize, Fits, e);
                }
            }

            _peers?.FinishGradientAllReduce();
            loss = Sum(sum) / counted;
        }

        return UpdateOnHost(step, loss, rate);
    }

    private (double Loss, double Norm, string? Fault) UpdateOnHost(long step, double loss, double rate)
    {
        double norm = _optimizer.GradientNorm();
        string? fault = _spikes.Check(step, loss, norm);
        if (fault is null)
        {
            _optimizer.Step(rate, _optimizer.ClipFactor(norm));
        }

        return (loss, norm, fault);
    }

    /// <summary>
    /// The device itself clips, and leaves the update out where the norm is beyond the limit or the loss is not finite, so that it need not
    /// wait for this process; afterwards the same is judged here, for the books.
    /// </summary>
    private (double Loss, double Norm, string? Fault) StepOn(DeviceStep device, long step, double rate, CancellationToken cancellation)
    {
        long counted = Sum(_batches.ReadStep(step));
        if (counted == 0)
        {
            return UpdateOnHost(step, double.NaN, rate);
        }

        Model.RefreshComputeValues();
        double limit = DeviceStep.Representable(_spikes.NormLimit(step));
        device.Begin(counted, rate, limit);
        for (int micro = 0; micro < _micros; micro++)
        {
            BeginMicro(micro);
            try
            {
                device.Micro(micro, Within(cancellation));
            }
            catch (TorchException e) when (MemoryEstimate.IsOutOfMemory(e))
            {
                throw MemoryEstimate.OutOfMemory(_options.BatchSize, Fits, e);
            }
        }

        double sum = 0;
        if (!device.Updates || _peers is not null)
        {
            _peers?.FinishGradientAllReduce();
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
        sum = _peers is null ? own : sum;
        string? fault = _spikes.Check(sum, norm, limit);
        _optimizer.Updates += fault is null ? 1 : 0;
        return (sum / counted, norm, fault);
    }

    private void BeginMicro(int micro)
    {
        _batches.LoadMicroBatch(micro);
        Model.transformer.BlockBackwardCompleted = micro == _micros - 1 ? _peers?.BlockBackwardCompleted : null;
    }

    /// <summary>Whether a micro-batch of so many blocks goes through, forth and back; spoils the gradients.</summary>
    private bool Fits(int batchSize)
    {
        try
        {
            Model.transformer.BlockBackwardCompleted = null;
            using DisposeScope scope = torch.NewDisposeScope();
            long size = (long)batchSize * _options.BlockSize;
            Model.ForwardBackward(
                _batches.Ids.narrow(0, 0, size), _batches.Targets.narrow(0, 0, size), batchSize, _options.BlockSize, 1, accumulate: false);
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
        if (_peers is not null)
        {
            Span<double> values = [own];
            _peers.AllReduce(values);
            return values[0];
        }

        return own;
    }

    private long Sum(long own) => (long)Sum((double)own);

    /// <summary>Alone, a run may stop within a step; several processes stop between steps, all at the same one.</summary>
    private CancellationToken Within(CancellationToken cancellation) => _peers is null ? cancellation : CancellationToken.None;

    private void ThrowWhereOneIsStopped(CancellationToken cancellation)
    {
        if (_peers is not null && Sum(cancellation.IsCancellationRequested ? 1.0 : 0) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            throw _peers.PeerStopped();
        }
    }

    private void Progress(long step)
    {
        _progress.Step = step;
        _progress.Updates = _optimizer.Updates;
        _progress.NormMean = _spikes.Mean;
        _progress.NormCount = _spikes.Count;
        _progress.SkippedInARow = _spikes.SkippedInARow;
    }
}
