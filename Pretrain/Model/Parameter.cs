using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// One trained tensor: a window into the flat buffers of its <see cref="ParameterSet"/>. Matrices decay, vectors (biases, LayerNorm) do
/// not: the rule of every GPT recipe, and of the reference run.
/// </summary>
public sealed class Parameter(string name, long[] shape)
{
    /// <summary>The checkpoint's key, such as <c>transformer.h.0.ln_1.weight</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Sizes of its dimensions.</summary>
    public IReadOnlyList<long> Shape { get; } = shape;

    /// <summary>Number of elements.</summary>
    public long Numel { get; } = shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>Whether weight decay applies.</summary>
    public bool Decays => Shape.Count >= 2;

    /// <summary>Whether it lies directly behind the parameter declared before it.</summary>
    internal bool FollowsPrevious { get; init; }

    /// <summary>Where it begins in the flat buffers, in elements.</summary>
    public long Offset { get; internal set; }

    /// <summary>The values in float32, in <see cref="Shape"/>: what the optimizer changes and a checkpoint holds.</summary>
    public Tensor Value { get; internal set; }

    /// <summary>What the model computes with: <see cref="Value"/> itself, or its copy in bfloat16.</summary>
    public Tensor ComputeValue { get; internal set; }

    /// <summary>Whether <see cref="ComputeValue"/> is a copy in bfloat16.</summary>
    internal bool IsBFloat16 { get; set; }

    /// <summary>The gradient, in <see cref="Shape"/>; undefined in a set made for inference.</summary>
    public Tensor Grad { get; internal set; }
}
