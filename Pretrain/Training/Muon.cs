using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// Muon (Jordan and others, https://kellerjordan.github.io/posts/muon/) for the matrices of the blocks: the mean of the gradients, Nesterov
/// momentum, and its orthogonalization by five steps of a Newton-Schulz iteration. A matrix [out, in] then takes the learning rate times
/// √max(1, out / in). Computed in float32 by libtorch's operators, on any device. Processes that train together each make the whole update
/// from the same summed gradients, so their weights stay equal to the byte.
/// </summary>
internal sealed class Muon : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly Matrix[] _matrices;
    private readonly Tensor _gradients; // [length]: view of the flat gradients, all matrices with the gaps between them

    /// <summary>An optimizer that has taken no step.</summary>
    internal Muon(ParameterSet parameters, TrainingOptions options)
    {
        _options = options;
        long begin = parameters.BlockMatricesBegin, length = parameters.DecayLength - begin;
        Momentum = torch.zeros([length], device: parameters.Values.Device).DetachFromDisposeScope();
        _gradients = parameters.Grads.narrow(0, begin, length).DetachFromDisposeScope();
        _matrices = [.. parameters.All.Where(p => p.IsBlockMatrix).Select(p => new Matrix(p, ViewOfMomentum(p, p.Offset - begin)))];
    }

    /// <summary>[length] float32: the decaying mean of gradients.</summary>
    internal Tensor Momentum { get; }

    /// <summary>The mean of a parameter's gradients, in its shape; undefined for a parameter that AdamW updates.</summary>
    internal Tensor MomentumOf(Parameter parameter) => Array.Find(_matrices, m => m.Parameter == parameter).Momentum;

    /// <summary>One update, with the gradients multiplied by <paramref name="scale"/>.</summary>
    internal void Step(double learningRate, double scale)
    {
        double newShare = (1 - _options.MuonMomentum) * scale;
        Momentum.mul_(_options.MuonMomentum).add_(_gradients, newShare);
        foreach (Matrix matrix in _matrices)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            long rows = matrix.Parameter.Shape[0], columns = matrix.Parameter.Shape[1];
            Tensor x = (matrix.Parameter.Grad * newShare).add_(matrix.Momentum, _options.MuonMomentum); // [out, in]
            Tensor update = rows > columns ? Orthogonalize(x.t().contiguous()).t() : Orthogonalize(x);  // [out, in]
            matrix.Parameter.Value.mul_(1 - (learningRate * _options.WeightDecay))
                .add_(update, -learningRate * NewtonSchulz.RateFactor(rows, columns));
        }
    }

    /// <summary>Releases the momentum.</summary>
    public void Dispose()
    {
        foreach (Matrix matrix in _matrices)
        {
            matrix.Momentum.Dispose();
        }

        _gradients.Dispose();
        Momentum.Dispose();
    }

    /// <summary>x [n, m], n at most m, with all its singular values brought near 1.</summary>
    private static Tensor Orthogonalize(Tensor x)
    {
        Tensor norm = Ops.Norm.Call([x]);                                                    // []
        Ops.AddScalarInPlace.Run([norm, NewtonSchulz.Epsilon]);
        x /= norm;                                                                           // [n, m]: singular values at most 1
        for (int i = 0; i < NewtonSchulz.Steps; i++)
        {
            Tensor a = x.mm(x.t());                                                          // [n, n]
            Tensor b = Ops.Addmm.Call([a, a, a, NewtonSchulz.B, NewtonSchulz.C]);            // [n, n]
            x = Ops.Addmm.Call([x, b, x, NewtonSchulz.A, 1.0]);                              // [n, m]
        }

        return x;
    }

    private Tensor ViewOfMomentum(Parameter parameter, long offset)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return Momentum.narrow(0, offset, parameter.Numel).view([.. parameter.Shape]).DetachFromDisposeScope();
    }

    /// <summary>A parameter, and the mean of its gradients in its shape.</summary>
    private readonly record struct Matrix(Parameter Parameter, Tensor Momentum);
}
