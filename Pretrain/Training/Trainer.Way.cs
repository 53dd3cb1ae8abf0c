using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <content>What a test may change of a trainer: parts of the way a GPU is used, on a CPU.</content>
public sealed partial class Trainer
{
    /// <summary>How a trainer makes its steps.</summary>
    /// <param name="OnDevice">Whether what changes from step to step (learning rate, limit, scale) goes through tensors, and the loss comes back at
    /// the end of the step: as on a GPU.</param>
    /// <param name="Recorder">Records the parts of a step; null does them anew each time.</param>
    /// <param name="Ahead">Whether the next step's batch is made while a step runs.</param>
    internal sealed record Way(bool OnDevice, IGraphRecorder? Recorder, bool Ahead)
    {
        /// <summary>What the options, the device and the native library come to.</summary>
        internal static Way Of(TrainingOptions options, Device device, bool alone)
        {
            bool gpu = device.Type == DeviceType.CUDA, compiled = gpu && CudaGraphs.IsAvailable;
            return new Way(gpu, compiled && alone && options.Gpu.CudaGraphs ? new CudaGraphs(device) : null, compiled && options.Gpu.PrefetchBatches);
        }
    }
}
