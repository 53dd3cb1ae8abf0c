namespace DataForge.Pretrain.Training;

/// <summary>
/// What makes a step fast on a GPU, where its libtorch supports it. Each can be switched off, to measure it separately. None changes the
/// weights, except for rounding.
/// </summary>
public sealed record GpuOptimizations
{
    /// <summary>FlashAttention-2, which never writes attention scores to memory; with bfloat16 only. Default yes.</summary>
    public bool FlashAttention { get; init; } = true;

    /// <summary>Clipping, the skip decision and the update in libtorch's fused AdamW, without waiting for the GPU. Default yes.</summary>
    public bool FusedOptimizer { get; init; } = true;

    /// <summary>Each part of a step is captured once and replayed, where one process trains. Default yes.</summary>
    public bool CudaGraphs { get; init; } = true;

    /// <summary>The next step's batch is prepared by a second thread and copied while this step runs. Default yes.</summary>
    public bool PrefetchBatches { get; init; } = true;
}
