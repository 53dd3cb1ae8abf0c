using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// How much memory training takes, in float32: 16 bytes a parameter (weight, gradient, AdamW's two means) and, for each position of a
/// micro-batch, what the backward pass needs of every layer.
/// </summary>
public static class MemoryEstimate
{
    private const double LogitsLimit = 64 << 20; // the head works in chunks of at most this many bytes, or one row

    /// <summary>Bytes that a run takes, besides the program itself.</summary>
    public static double Bytes(GptNeoConfig model, TrainingOptions options, int batchSize)
    {
        double positions = (double)batchSize * options.BlockSize;

        // Kept of a layer: two normed inputs, k, v, q, what attention saw, two sums (8 H), the MLP's two wide tensors (2 M).
        double layer = (8.0 * model.HiddenSize) + (2.0 * model.MlpSize);

        // Alive for a moment in the backward pass: gradients of about as much as two layers keep.
        double floats = positions * layer * (model.NumLayers + 2);
        double logits = Math.Min(LogitsLimit, positions * model.VocabSize * 4);
        return (16.0 * model.ParameterCount) + (4 * floats) + Math.Max(logits, 4.0 * model.VocabSize);
    }

    /// <summary>The largest micro-batch that fits into <paramref name="available"/> bytes; 0 where none does.</summary>
    public static int LargestBatch(GptNeoConfig model, TrainingOptions options, double available)
    {
        int batch = options.BatchSize;
        while (batch > 0 && Bytes(model, options, batch) > available)
        {
            batch--;
        }

        return batch;
    }

    /// <summary>Refuses a run that main memory cannot hold, before the system kills it half way.</summary>
    internal static void CheckFits(GptNeoConfig model, TrainingOptions options)
    {
        if (Device.Parse(options.Device).Type == DeviceType.CPU)
        {
            CheckFits(model, options, Available());
        }
    }

    /// <exception cref="TrainingException">It does not fit; the message names the largest micro-batch that does.</exception>
    internal static void CheckFits(GptNeoConfig model, TrainingOptions options, double available)
    {
        double needed = Bytes(model, options, options.BatchSize);
        if (needed <= available)
        {
            return;
        }

        int largest = LargestBatch(model, options, available);
        throw new TrainingException(string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"training needs about {needed / 1e9:F1} GB of memory and {available / 1e9:F1} GB are free; ") + (largest > 0
            ? $"the largest BatchSize that fits is {largest} (raise AccumulationSteps in turn)"
            : "not even a BatchSize of 1 fits: choose a smaller model or BlockSize"));
    }

    /// <summary>Whether libtorch's message means that memory ran out.</summary>
    internal static bool IsOutOfMemory(TorchException e) =>
        e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("can't allocate memory", StringComparison.Ordinal);

    /// <summary>The error for when memory ran out, with the largest micro-batch that was seen to fit: found by trying, half by half.</summary>
    /// <param name="batchSize">The micro-batch that did not fit.</param>
    /// <param name="fits">Tries one of another size.</param>
    /// <param name="cause">What libtorch said.</param>
    internal static TrainingException OutOfMemory(int batchSize, Func<int, bool> fits, Exception cause)
    {
        int good = 0, bad = batchSize;
        while (bad - good > 1)
        {
            int middle = good + ((bad - good) / 2);
            (good, bad) = fits(middle) ? (middle, bad) : (good, middle);
        }

        return new TrainingException(
            $"the device's memory does not hold a BatchSize of {batchSize}; " + (good > 0
                ? $"the largest BatchSize that fits is {good} (raise AccumulationSteps in turn)"
                : "not even a BatchSize of 1 fits: choose a smaller model or BlockSize"),
            cause);
    }

    /// <summary>Bytes that can still be taken: what the kernel calls available, within the container's limit.</summary>
    private static double Available()
    {
        double limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        const string Info = "/proc/meminfo";
        if (!File.Exists(Info))
        {
            return limit;
        }

        string? line = File.ReadLines(Info).FirstOrDefault(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return line is null ? limit : Math.Min(limit, 1024.0 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture));
    }
}
