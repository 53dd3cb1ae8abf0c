using System.Globalization;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// How much memory training takes, in float32: 16 bytes per parameter (weight, gradient, AdamW's two moments) and, for each position of a
/// micro-batch, the activations of every layer that the backward pass needs.
/// </summary>
public static class MemoryEstimate
{
    private const double LogitsLimit = 64 << 20; // TiedHead computes logits in chunks of at most this many bytes, or one row

    /// <summary>Bytes that a run takes, without the program itself.</summary>
    public static double Bytes(GptNeoConfig model, TrainingOptions options, int batchSize)
    {
        double positions = (double)batchSize * options.BlockSize;

        // Kept per layer: two normalised inputs, k, v, q, the attention's output, two residual sums (8 H), the MLP's two wide tensors (2
        // M).
        double layer = (8.0 * model.HiddenSize) + (2.0 * model.MlpSize);

        // Alive for a short time in the backward pass: gradients, about as much as two layers keep.
        double floats = positions * layer * (model.NumLayers + 2);
        double logits = Math.Min(LogitsLimit, positions * model.VocabSize * 4);
        return (16.0 * model.ParameterCount) + (4 * floats) + Math.Max(logits, 4.0 * model.VocabSize);
    }

    /// <summary>The largest micro-batch, in blocks, that fits into <paramref name="available"/> bytes; 0 if none does.</summary>
    public static int LargestBatch(GptNeoConfig model, TrainingOptions options, double available)
    {
        int batch = options.BatchSize;
        while (batch > 0 && Bytes(model, options, batch) > available)
        {
            batch--;
        }

        return batch;
    }

    /// <summary>Refuses a run that does not fit into main memory, before the system kills it. GPUs report an error themselves.</summary>
    /// <exception cref="TrainingException">It does not fit; the message names the largest micro-batch that does.</exception>
    internal static void CheckFits(GptNeoConfig model, TrainingOptions options)
    {
        if (Device.Parse(options.Device).Type == DeviceType.CPU)
        {
            CheckFits(model, options, Available());
        }
    }

    /// <summary>The same for that many bytes.</summary>
    /// <exception cref="TrainingException">It does not fit; the message names the largest micro-batch that does.</exception>
    internal static void CheckFits(GptNeoConfig model, TrainingOptions options, double available)
    {
        double needed = Bytes(model, options, options.BatchSize);
        if (needed <= available)
        {
            return;
        }

        string figures = string.Create(
            CultureInfo.InvariantCulture, $"training needs about {needed / 1e9:F1} GB of memory and {available / 1e9:F1} GB are free; ");
        throw new TrainingException(figures + Remedy(LargestBatch(model, options, available)));
    }

    /// <summary>Whether libtorch's message means that memory ran out.</summary>
    internal static bool IsOutOfMemory(TorchException e) =>
        e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || e.Message.Contains("can't allocate memory", StringComparison.Ordinal);

    /// <summary>
    /// The error for when the device's memory ran out. It names the largest micro-batch that fits, found by binary search.
    /// </summary>
    /// <param name="batchSize">The micro-batch that did not fit.</param>
    /// <param name="fits">Tries a micro-batch of another size.</param>
    /// <param name="cause">libtorch's exception.</param>
    internal static TrainingException OutOfMemory(int batchSize, Func<int, bool> fits, Exception cause)
    {
        int largest = 0, tooLarge = batchSize;
        while (tooLarge - largest > 1)
        {
            int middle = largest + ((tooLarge - largest) / 2);
            (largest, tooLarge) = fits(middle) ? (middle, tooLarge) : (largest, middle);
        }

        return new TrainingException($"the device's memory is too small for a BatchSize of {batchSize}; " + Remedy(largest), cause);
    }

    /// <summary>The error for when memory ran out and no other micro-batch can be tried.</summary>
    internal static TrainingException OutOfMemory(int batchSize, Exception cause) => new(
        $"memory ran out with a BatchSize of {batchSize}; "
        + (batchSize > 1 ? "give a smaller one (raise AccumulationSteps in turn)" : "choose a smaller model or BlockSize"), cause);

    private static string Remedy(int largestBatch) => largestBatch > 0
        ? $"the largest BatchSize that fits is {largestBatch} (raise AccumulationSteps in turn)"
        : "not even a BatchSize of 1 fits: choose a smaller model or BlockSize";

    /// <summary>Bytes that can still be allocated: the kernel's MemAvailable, within the container's limit.</summary>
    private static double Available()
    {
        double limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        const string MemoryInfo = "/proc/meminfo"; // https://man7.org/linux/man-pages/man5/proc_meminfo.5.html; in units of 1024 bytes
        if (!File.Exists(MemoryInfo))
        {
            return limit;
        }

        string? line = File.ReadLines(MemoryInfo).FirstOrDefault(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return line is null
            ? limit
            : Math.Min(limit, 1024.0 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
    }
}
