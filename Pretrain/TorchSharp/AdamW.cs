using System.Numerics;
using DataForge.Pretrain.Model;
using DataForge.Pretrain.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>
/// AdamW with decoupled weight decay (https://arxiv.org/abs/1711.05101) over the parameters' memory: one pass, clipping included, where
/// operators take about ten. Matrices decay, vectors do not.
/// </summary>
internal sealed unsafe class AdamW : IDisposable
{
    private const int PieceLength = 1 << 16; // elements of a piece of work: 256 KB, within a core's L2
    private readonly TrainingOptions _options;
    private readonly WorkSharing _sharing;
    private readonly List<Piece> _pieces = [];
    private readonly List<Slot> _slots = [];

    /// <summary>An optimizer that has taken no step.</summary>
    /// <param name="parameters">The parameters, by key.</param>
    /// <param name="options">Betas, weight decay and clipping.</param>
    /// <param name="sharing">The threads.</param>
    internal AdamW(IReadOnlyDictionary<string, Tensor> parameters, TrainingOptions options, WorkSharing sharing)
    {
        _options = options;
        _sharing = sharing;
        foreach ((string name, Tensor values) in parameters)
        {
            Slot slot = new(name, values, zeros_like(values).DetachFromDisposeScope(), zeros_like(values).DetachFromDisposeScope());
            for (long first = 0; first < values.numel(); first += PieceLength)
            {
                _pieces.Add(new Piece(_slots.Count, first, (int)Math.Min(PieceLength, values.numel() - first)));
            }

            _slots.Add(slot);
        }
    }

    /// <summary>Updates made so far.</summary>
    internal long Updates { get; set; }

    /// <summary>The parameters with their moments, by key.</summary>
    internal IReadOnlyList<Slot> Slots => _slots;

    /// <summary>The 2-norm of all gradients together. Pieces are added in order, so it does not depend on the threads.</summary>
    internal double GradientNorm()
    {
        nint[] gradients = Gradients();
        double[] sums = new double[_pieces.Count];
        _sharing.Run(sums.Length, i =>
        {
            Piece piece = _pieces[i];
            sums[i] = HostKernels.SumOfSquares((float*)gradients[piece.Slot] + piece.First, piece.Count);
        });
        return Math.Sqrt(sums.Sum());
    }

    /// <summary>The factor that clips gradients of that norm, as PyTorch's <c>clip_grad_norm_</c> computes it.</summary>
    internal double ClipFactor(double norm) => _options.ClipNorm > 0 ? Math.Min(1, _options.ClipNorm / (norm + 1e-6)) : 1;

    /// <summary>One update, with the gradients multiplied by <paramref name="scale"/>.</summary>
    internal void Step(double learningRate, double scale)
    {
        Updates++;
        nint[] gradients = Gradients();
        nint[] values = [.. _slots.Select(slot => (nint)TensorMemory.Pointer(slot.Values))];
        nint[] means = [.. _slots.Select(slot => (nint)TensorMemory.Pointer(slot.ExpAvg))];
        nint[] squares = [.. _slots.Select(slot => (nint)TensorMemory.Pointer(slot.ExpAvgSq))];
        Factors matrices = Factors.Of(_options, learningRate, scale, Updates, _options.WeightDecay);
        Factors vectors = Factors.Of(_options, learningRate, scale, Updates, 0);
        _sharing.Run(_pieces.Count, i =>
        {
            Piece piece = _pieces[i];
            Update(
                (float*)values[piece.Slot] + piece.First, (float*)gradients[piece.Slot] + piece.First,
                (float*)means[piece.Slot] + piece.First, (float*)squares[piece.Slot] + piece.First, piece.Count,
                _slots[piece.Slot].Decays ? matrices : vectors);
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.ForEach(slot => slot.Dispose());

    private nint[] Gradients()
    {
        using DisposeScope scope = NewDisposeScope();
        return [.. _slots.Select(slot => (nint)TensorMemory.Pointer(
            slot.Values.grad ?? throw new InvalidOperationException($"{slot.Name} has no gradient")))];
    }

    private static void Update(float* values, float* gradients, float* means, float* squares, int count, in Factors by)
    {
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> gradient = Vector.Load(gradients + i) * by.Scale;
            Vector<float> mean = (Vector.Load(means + i) * by.Beta1) + (gradient * (1 - by.Beta1));
            Vector<float> square = (Vector.Load(squares + i) * by.Beta2) + (gradient * gradient * (1 - by.Beta2));
            mean.Store(means + i);
            square.Store(squares + i);
            Vector<float> divisor = (Vector.SquareRoot(square) * by.Root) + new Vector<float>(by.Epsilon);
            ((Vector.Load(values + i) * by.Shrink) - (mean * by.Rate / divisor)).Store(values + i);
        }

        for (; i < count; i++)
        {
            float gradient = gradients[i] * by.Scale;
            means[i] = (means[i] * by.Beta1) + (gradient * (1 - by.Beta1));
            squares[i] = (squares[i] * by.Beta2) + (gradient * gradient * (1 - by.Beta2));
            values[i] = (values[i] * by.Shrink) - (means[i] * by.Rate / ((MathF.Sqrt(squares[i]) * by.Root) + by.Epsilon));
        }
    }

    /// <summary>A parameter with its moments, of the same shape.</summary>
    internal sealed record Slot(string Name, Tensor Values, Tensor ExpAvg, Tensor ExpAvgSq) : IDisposable
    {
        /// <summary>Whether weight decay applies: to matrices.</summary>
        internal bool Decays { get; } = Values.dim() >= 2;

        /// <summary>Releases the moments; the parameter is the model's.</summary>
        public void Dispose()
        {
            ExpAvg.Dispose();
            ExpAvgSq.Dispose();
        }
    }

    /// <summary>Consecutive elements of one parameter.</summary>
    private readonly record struct Piece(int Slot, long First, int Count);

    /// <summary>The numbers of one update.</summary>
    private readonly record struct Factors(
        float Scale, float Shrink, float Beta1, float Beta2, float Rate, float Root, float Epsilon)
    {
        internal static Factors Of(TrainingOptions options, double learningRate, double scale, long update, double decay) => new(
            (float)scale, (float)(1 - (learningRate * decay)), (float)options.Beta1, (float)options.Beta2,
            (float)(learningRate / (1 - Math.Pow(options.Beta1, update))), (float)(1 / Math.Sqrt(1 - Math.Pow(options.Beta2, update))),
            (float)options.Epsilon);
    }
}
