using DataForge.Pretrain.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>Muon for the matrices of the blocks, as <see cref="Training.Muon"/> explains it.</summary>
internal sealed class Muon(IEnumerable<AdamW.Slot> matrices, TrainingOptions options)
{
    private readonly AdamW.Slot[] _matrices = [.. matrices];

    /// <summary>One update, with the gradients multiplied by <paramref name="scale"/>.</summary>
    internal void Step(double learningRate, double scale)
    {
        double newShare = (1 - options.MuonMomentum) * scale;
        using IDisposable inference = no_grad();
        foreach (AdamW.Slot matrix in _matrices)
        {
            using DisposeScope scope = NewDisposeScope();
            long rows = matrix.Values.shape[0], columns = matrix.Values.shape[1];
            Tensor gradient = matrix.Values.grad!;                                                      // [out, in]
            matrix.Mean.mul_(options.MuonMomentum).add_(gradient, newShare);
            Tensor x = gradient.mul(newShare).add_(matrix.Mean, options.MuonMomentum);                  // [out, in]
            Tensor update = rows > columns ? Orthogonalize(x.t().contiguous()).t() : Orthogonalize(x);  // [out, in]
            matrix.Values.mul_(1 - (learningRate * options.WeightDecay))
                .add_(update, -learningRate * NewtonSchulz.RateFactor(rows, columns));
        }
    }

    /// <summary>x [n, m], n at most m, with all its singular values brought near 1.</summary>
    private static Tensor Orthogonalize(Tensor x)
    {
        x = x.div(x.norm().add_(NewtonSchulz.Epsilon));                                      // [n, m]: singular values at most 1
        for (int i = 0; i < NewtonSchulz.Steps; i++)
        {
            Tensor a = x.mm(x.t());                                                          // [n, n]
            Tensor b = a.addmm(a, a, (float)NewtonSchulz.B, (float)NewtonSchulz.C);          // [n, n]
            x = x.addmm(b, x, (float)NewtonSchulz.A, 1);                                     // [n, m]
        }

        return x;
    }
}
