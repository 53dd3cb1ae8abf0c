using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>What a model asks for and what a device can do, for the utilisation in the log.</summary>
public static class DeviceSpeed
{
    /// <summary>
    /// Floating-point operations a token, forth and back: 6 N + 12 L H T. N counts every trained number (the position table's too, as
    /// nanoGPT and llm.c do not; the difference is below 1 %).
    /// </summary>
    public static double FlopsPerToken(GptNeoConfig model, int blockSize) =>
        (6.0 * model.ParameterCount) + (12.0 * model.NumLayers * model.HiddenSize * blockSize);

    /// <summary>Operations a second of a float32 matrix product, 1024 × 1024 × 1024, best of five: what this device reaches in practice.</summary>
    public static double MeasurePeak(Device device, TimeProvider clock)
    {
        const int Size = 1024;
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor a = torch.full([Size, Size], 0.5, device: device);
        Tensor result = torch.empty([Size, Size], device: device);
        double best = 0;
        for (int i = 0; i < 5; i++)
        {
            long start = clock.GetTimestamp();
            Ops.MmOut.Do([a, a, result]);
            using Tensor corner = result.narrow(0, 0, 1).narrow(1, 0, 1);
            _ = corner.item(); // waits for a GPU
            best = Math.Max(best, 2.0 * Size * Size * Size / Math.Max(1e-9, clock.GetElapsedTime(start).TotalSeconds));
        }

        return best;
    }
}
