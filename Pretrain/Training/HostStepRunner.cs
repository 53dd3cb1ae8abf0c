using DataForge.Pretrain.Model;

namespace DataForge.Pretrain.Training;

/// <summary>Steps in which the host reads each loss and decides the update: on a CPU, where nothing has to be waited for.</summary>
internal sealed class HostStepRunner(
    GptNeoForCausalLM model, TrainingOptions options, ITrainingData data, ProcessPeers peers, SpikeDetector spikes, bool prefetch)
    : NativeStepRunner(model, options, data, peers, spikes, prefetch)
{
    private double _lossScale; // 1 / positions counted in the step, so that gradients are those of the mean
    private double _lossSum;

    /// <inheritdoc/>
    protected override StepResult RunStep(long step, double learningRate, long countedTokens, CancellationToken cancellation)
    {
        _lossScale = 1.0 / countedTokens;
        _lossSum = 0;
        RunMicroBatches(cancellation);
        FinishGradientAllReduce();
        return UpdateOnHost(step, Peers.AllReduce(_lossSum) / countedTokens, learningRate);
    }

    /// <inheritdoc/>
    protected override void ForwardBackward(int microBatch, CancellationToken cancellation) => _lossSum += Model.ForwardBackward(
        Batches.Ids, Batches.Targets, Options.BatchSize, Options.BlockSize, _lossScale, accumulate: microBatch > 0, cancellation);
}
