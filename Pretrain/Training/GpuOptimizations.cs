namespace DataForge.Pretrain.Training;

/// <summary>What makes a step fast on a GPU, where its libtorch has it. Each can be left out, to be measured by itself; no weight but the last bits hangs on it.</summary>
public sealed record GpuOptimizations
{
    /// <summary>Attention without scores in memory, in bfloat16. Default yes.</summary>
    public bool FlashAttention { get; init; } = true;

    /// <summary>Clip, verdict and update in libtorch's fused operator, without waiting for the GPU. Default yes.</summary>
    public bool FusedOptimizer { get; init; } = true;

    /// <summary>Each part of a step captured once and replayed (CUDA graphs), where one process trains. Default yes.</summary>
    public bool CudaGraphs { get; init; } = true;

    /// <summary>The next step's batch made by another thread and copied while this step runs. Default yes.</summary>
    public bool PrefetchBatches { get; init; } = true;
}
