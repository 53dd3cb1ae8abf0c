using DataForge.Pretrain.Model;

namespace DataForge.Pretrain.Training;

/// <summary>
/// An engine that trains one model. It owns the weights, the gradients, the optimizer and the batches; the <see cref="Trainer"/> owns the
/// loop, the schedule, the log and the checkpoints. <see cref="HostStepRunner"/> and <see cref="DeviceStepRunner"/> are the engines over
/// the project's own libtorch binding, <see cref="TorchSharp.TorchSharpStepRunner"/> the one over TorchSharp.
/// </summary>
internal interface ITrainingStepRunner : IDisposable
{
    /// <summary>Optimizer updates made so far: steps less the skipped ones. Set after a resume.</summary>
    long Updates { get; set; }

    /// <summary>The model, with the weights after the last update.</summary>
    ILanguageModel Model { get; }

    /// <summary>The version of libtorch, for the log.</summary>
    string Libtorch { get; }

    /// <summary>Prepares the process for steps: how many threads an operator may use, and how memory is kept.</summary>
    void Prepare(int threads);

    /// <summary>Operations per second of a large matrix product in the element type that the model computes with.</summary>
    double MeasurePeak(TimeProvider clock);

    /// <summary>
    /// Runs one step: forward and backward over all micro-batches, all-reduce over the processes, clipping, and the update, unless the step
    /// has to be skipped.
    /// </summary>
    /// <param name="step">Step number, from 0; it selects the batch.</param>
    /// <param name="learningRate">For the update.</param>
    /// <param name="cancellation">Cancels within the step. The weights are then those before it.</param>
    StepResult RunStep(long step, double learningRate, CancellationToken cancellation);

    /// <summary>
    /// Mean cross-entropy over the validation batches of some data in nats per token, and the tokens counted; over all processes.
    /// </summary>
    (double Loss, long Tokens) Evaluate(ITrainingData data, CancellationToken cancellation);

    /// <summary>Brings the copy of the weights that the model computes with up to date with the trained weights.</summary>
    void SyncModel();

    /// <summary>Replaces the weights by those of a safetensors file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or contains another model.</exception>
    void LoadWeights(string path);

    /// <summary>
    /// Writes the weights and the optimizer's moments as safetensors; layout as <see cref="CheckpointStore"/> documents it.
    /// </summary>
    void SaveTensors(Stream target);

    /// <summary>Reads what <see cref="SaveTensors"/> wrote.</summary>
    void LoadTensors(SafeTensors file);

    /// <summary>Copies rank 0's weights and moments to all processes.</summary>
    void BroadcastTensors();
}

/// <summary>The outcome of one step.</summary>
/// <param name="Loss">Mean cross-entropy in nats per token, before the update; NaN where no token counted.</param>
/// <param name="GradientNorm">2-norm of all gradients, before clipping.</param>
/// <param name="SkipReason">Why the update was skipped, in words; null if it was made.</param>
internal readonly record struct StepResult(double Loss, double GradientNorm, string? SkipReason);
