using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>The operations a model needs and those a device can do, for the utilisation in the log.</summary>
public static class DeviceSpeed
{
    /// <summary>
    /// Floating-point operations per token, forward and backward: 6 N + 12 L H T (PaLM, appendix B, https://arxiv.org/abs/2204.02311). N
    /// counts every parameter, the position embeddings too, which nanoGPT and llm.c leave out; the difference is below 1 %.
    /// </summary>
    public static double FlopsPerToken(GptNeoConfig model, int blockSize) =>
        (6.0 * model.ParameterCount) + (12.0 * model.NumLayers * model.HiddenSize * blockSize);

    /// <summary>
    /// Floating-point operations per second of a square matrix product, the best of five: what the device reaches in practice. 1024 by 1024
    /// on a CPU; 8192 by 8192 on a GPU, which a smaller product does not keep busy.
    /// </summary>
    public static double MeasurePeak(Device device, TimeProvider clock, ScalarType dtype = ScalarType.Float32)
    {
        double size = device.Type == DeviceType.CPU ? 1024 : 8192;
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor a = torch.full([(long)size, (long)size], 0.5, dtype, device);
        Tensor result = torch.empty([(long)size, (long)size], dtype, device);
        double best = 0;
        for (int i = 0; i < 5; i++)
        {
            long start = clock.GetTimestamp();
            Ops.MmOut.Run([a, a, result]);
            using Tensor corner = result.narrow(0, 0, 1).narrow(1, 0, 1);
            _ = corner.item(); // waits for a GPU
            best = Math.Max(best, 2.0 * size * size * size / Math.Max(1e-9, clock.GetElapsedTime(start).TotalSeconds));
        }

        return best;
    }
}
