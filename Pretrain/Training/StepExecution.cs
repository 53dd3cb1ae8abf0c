using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>How a step is executed. Tests choose device execution on a CPU, with a recorder in place of CUDA graphs.</summary>
/// <param name="OnDevice">Whether the learning rate, the norm limit and the loss scale are written into tensors before the step and the
/// loss is read at its end, so that nothing waits for the device in between: see <see cref="DeviceStepRunner"/>.</param>
/// <param name="Recorder">Captures the parts of a step; null: they run directly each time.</param>
/// <param name="Prefetch">Whether the next step's batch is prepared while a step runs.</param>
internal sealed record StepExecution(bool OnDevice, IGraphRecorder? Recorder, bool Prefetch)
{
    /// <summary>The execution that fits the options, the device and the native library.</summary>
    internal static StepExecution For(TrainingOptions options, Device device, int worldSize)
    {
        bool isGpu = device.Type == DeviceType.CUDA;
        bool hasCuda = isGpu && CudaGraphs.IsAvailable;
        return new StepExecution(
            OnDevice: isGpu,
            Recorder: hasCuda && worldSize == 1 && options.Gpu.CudaGraphs ? new CudaGraphs(device) : null,
            Prefetch: hasCuda && options.Gpu.PrefetchBatches);
    }
}
