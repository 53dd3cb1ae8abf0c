using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>The element type a model computes with. Weights, gradients, the optimizer and the loss are float32 in every case.</summary>
public enum Precision
{
    /// <summary>
    /// bfloat16 on a GPU, and on a CPU that has AMX, where the native engine trains; else float32. A training that has a checkpoint keeps
    /// the checkpoint's.
    /// </summary>
    Auto,

    /// <summary>float32.</summary>
    Float32,

    /// <summary>bfloat16.</summary>
    BFloat16,
}

/// <summary>Chooses a precision.</summary>
public static class Precisions
{
    /// <summary>The precision that <see cref="Precision.Auto"/> means for a new training; any other value is unchanged.</summary>
    /// <param name="requested">The option.</param>
    /// <param name="device">cpu, cuda or cuda:N.</param>
    /// <param name="engine">The engine that trains, not auto.</param>
    public static Precision Resolve(Precision requested, string device, TrainingEngine engine) =>
        Resolve(requested, device, engine, Processor.HasAmxBFloat16);

    /// <summary>The same for a processor that has AMX or has not.</summary>
    internal static Precision Resolve(Precision requested, string device, TrainingEngine engine, bool hasAmx)
    {
        if (requested != Precision.Auto)
        {
            return requested;
        }

        bool isFaster = device.StartsWith("cuda", StringComparison.Ordinal) || (hasAmx && engine == TrainingEngine.Native);
        return isFaster ? Precision.BFloat16 : Precision.Float32;
    }

    /// <summary>
    /// The precision of a training that may have checkpoints: the newest readable checkpoint's where auto is requested, so that a training
    /// can be continued on a processor that would choose the other; else what <paramref name="training"/> has.
    /// </summary>
    internal static Precision Keep(Precision requested, TrainingOptions training, CheckpointStore checkpoints) =>
        requested == Precision.Auto ? checkpoints.NewestPrecision() ?? training.Precision : training.Precision;
}
