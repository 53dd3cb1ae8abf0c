using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// All parameters of a model in one flat buffer, and their gradients in another of the same layout. So an optimizer step, a norm or an
/// all-reduce is one operator over one tensor, and adjacent parameters (k, v and q of a layer) can be viewed as one larger matrix. Matrices
/// come first, vectors after them: weight decay applies to a prefix.
/// </summary>
public sealed class ParameterSet : IDisposable
{
    private const int Alignment = 16; // elements: 64 bytes, a cache line and an AVX-512 register; gaps stay zero
    private readonly Dictionary<string, Parameter> _byName = new(StringComparer.Ordinal);
    private readonly List<Parameter> _all = [];

    /// <summary>The parameters, in the order they were declared.</summary>
    public IReadOnlyList<Parameter> All => _all;

    /// <summary>[Length] float32: every value.</summary>
    public Tensor Values { get; private set; }

    /// <summary>[Length] float32: every gradient; undefined in a set created for inference.</summary>
    public Tensor Grads { get; private set; }

    /// <summary>[Length]: the values that the model computes with: <see cref="Values"/> itself, or its copy in bfloat16.</summary>
    public Tensor ComputeValues { get; private set; }

    /// <summary>Whether the model computes in bfloat16, with master weights in float32.</summary>
    public bool ComputesInBFloat16 { get; private set; }

    /// <summary>Elements of a flat buffer, alignment gaps included.</summary>
    public long Length { get; private set; }

    /// <summary>Elements of the prefix that holds the matrices, to which weight decay applies.</summary>
    public long DecayLength { get; private set; }

    /// <summary>
    /// The first element of the blocks' matrices, which take the rest of the matrices' prefix; the embeddings lie before them.
    /// </summary>
    public long BlockMatricesBegin => _all.Where(p => p.IsBlockMatrix).Select(p => p.Offset).DefaultIfEmpty(DecayLength).Min();

    /// <summary>The parameter of that key, or null.</summary>
    public Parameter? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Declares a parameter; only before <see cref="Allocate"/>.</summary>
    internal Parameter Declare(string name, params long[] shape) => Declare(new Parameter(name, shape));

    /// <summary>Declares a parameter that starts where the one before it ends, without a gap.</summary>
    internal Parameter DeclareAdjacent(string name, params long[] shape) => Declare(new Parameter(name, shape) { FollowsPrevious = true });

    private Parameter Declare(Parameter parameter)
    {
        _byName.Add(parameter.Name, parameter);
        _all.Add(parameter);
        return parameter;
    }

    /// <summary>Assigns the offsets and allocates the buffers, zeroed.</summary>
    internal void Allocate(Device device, bool withGradients, bool bfloat16)
    {
        ComputesInBFloat16 = bfloat16;
        foreach (Parameter parameter in _all.Where(p => p.Decays))
        {
            AssignOffset(parameter);
        }

        DecayLength = Length;
        foreach (Parameter parameter in _all.Where(p => !p.Decays))
        {
            AssignOffset(parameter);
        }

        Values = torch.zeros([Length], device: device).DetachFromDisposeScope();
        ComputeValues = bfloat16 ? torch.zeros([Length], ScalarType.BFloat16, device).DetachFromDisposeScope() : Values;
        Grads = withGradients ? torch.zeros([Length], device: device).DetachFromDisposeScope() : default;
        foreach (Parameter parameter in _all)
        {
            parameter.Value = ViewOf(Values, parameter);
            parameter.ComputeValue = bfloat16 ? ViewOf(ComputeValues, parameter) : parameter.Value;
            parameter.IsBFloat16 = bfloat16;
            parameter.Grad = withGradients ? ViewOf(Grads, parameter) : default;
        }
    }

    /// <summary>Copies the values to bfloat16, where the model computes in it; to be called after each change of the values.</summary>
    internal void RefreshComputeValues()
    {
        if (ComputesInBFloat16)
        {
            ComputeValues.copy_(Values);
        }
    }

    /// <summary>A view of adjacent matrices as one: [sum of their first sizes, their common second size].</summary>
    internal static Tensor Stack(Tensor flat, params Parameter[] parts)
    {
        for (int i = 1; i < parts.Length; i++)
        {
            if (parts[i].Offset != parts[i - 1].Offset + parts[i - 1].Numel)
            {
                throw new InvalidOperationException($"{parts[i].Name} does not follow {parts[i - 1].Name}");
            }
        }

        using DisposeScope scope = torch.NewDisposeScope();
        return flat.narrow(0, parts[0].Offset, parts.Sum(p => p.Numel)).view(-1, parts[0].Shape[1]).DetachFromDisposeScope();
    }

    /// <summary>Releases the buffers and all views of them.</summary>
    public void Dispose()
    {
        foreach (Parameter parameter in _all)
        {
            parameter.Value.Dispose();
            parameter.ComputeValue.Dispose(); // may be Value again, which is allowed
            parameter.Grad.Dispose();
        }

        Values.Dispose();
        ComputeValues.Dispose();
        Grads.Dispose();
    }

    private static Tensor ViewOf(Tensor flat, Parameter parameter)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return flat.narrow(0, parameter.Offset, parameter.Numel).view([.. parameter.Shape]).DetachFromDisposeScope();
    }

    private void AssignOffset(Parameter parameter)
    {
        parameter.Offset = parameter.FollowsPrevious ? Length : (Length + Alignment - 1) / Alignment * Alignment;
        Length = parameter.Offset + parameter.Numel;
    }
}
