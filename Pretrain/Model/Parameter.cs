using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// One parameter: a view of the flat buffers of its <see cref="ParameterSet"/>. Weight decay applies to matrices, not to vectors (biases,
/// layer normalisation), as in nanoGPT's <c>configure_optimizers</c> (https://github.com/karpathy/nanoGPT/blob/master/model.py).
/// </summary>
/// <param name="name">The checkpoint's key.</param>
/// <param name="shape">Sizes of the dimensions.</param>
public sealed class Parameter(string name, long[] shape)
{
    /// <summary>The checkpoint's key, such as <c>transformer.h.0.ln_1.weight</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Sizes of the dimensions.</summary>
    public IReadOnlyList<long> Shape { get; } = shape;

    /// <summary>Number of elements.</summary>
    public long Numel { get; } = shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>Whether weight decay applies.</summary>
    public bool Decays => Shape.Count >= 2;

    /// <summary>Whether it is a matrix of a block, not an embedding and not a vector.</summary>
    public bool IsBlockMatrix => IsMatrixOfBlock(Name, Shape.Count);

    /// <summary>Whether a parameter of that key and number of dimensions is a matrix of a block.</summary>
    internal static bool IsMatrixOfBlock(string name, int dimensions) =>
        dimensions >= 2 && name.StartsWith("transformer.h.", StringComparison.Ordinal);

    /// <summary>Whether it is placed directly after the parameter declared before it, without a gap.</summary>
    internal bool FollowsPrevious { get; init; }

    /// <summary>Its first element in the flat buffers.</summary>
    public long Offset { get; internal set; }

    /// <summary>The values in float32, in <see cref="Shape"/>: those that the optimizer updates and a checkpoint stores.</summary>
    public Tensor Value { get; internal set; }

    /// <summary>The values that the model computes with: <see cref="Value"/> itself, or its copy in bfloat16.</summary>
    public Tensor ComputeValue { get; internal set; }

    /// <summary>Whether <see cref="ComputeValue"/> is a copy in bfloat16.</summary>
    internal bool IsBFloat16 { get; set; }

    /// <summary>The gradient in float32, in <see cref="Shape"/>; undefined in a set created for inference.</summary>
    public Tensor Grad { get; internal set; }
}
