using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>
/// AdamW with decoupled weight decay (Loshchilov and Hutter, https://arxiv.org/abs/1711.05101) over the flat buffers of a
/// <see cref="ParameterSet"/>: two operator calls per step, one for the matrices, which decay, and one for the vectors, which do not.
/// Clipping is part of the same pass over memory. What <see cref="Muon"/> updates is left out, its moments too.
/// </summary>
public sealed class AdamW : IDisposable
{
    private readonly ParameterSet _parameters;
    private readonly TrainingOptions _options;
    private readonly Range[] _ranges;
    private readonly long _leftOutBegin, _leftOutLength; // elements that Muon updates

    /// <summary>An optimizer that has taken no step.</summary>
    public AdamW(ParameterSet parameters, TrainingOptions options)
    {
        _parameters = parameters;
        _options = options;
        Device device = parameters.Values.Device;
        _leftOutBegin = options.Optimizer == OptimizerKind.Muon ? parameters.BlockMatricesBegin : parameters.DecayLength;
        _leftOutLength = parameters.DecayLength - _leftOutBegin;
        long moments = parameters.Length - _leftOutLength;
        ExpAvg = torch.zeros([moments], device: device).DetachFromDisposeScope();
        ExpAvgSq = torch.zeros([moments], device: device).DetachFromDisposeScope();
        long vectors = parameters.Length - parameters.DecayLength;
        _ranges = [Slice(0, _leftOutBegin, options.WeightDecay), Slice(parameters.DecayLength, vectors, 0)];
    }

    /// <summary>[moments] float32: the decaying mean of gradients.</summary>
    public Tensor ExpAvg { get; }

    /// <summary>[moments] float32: the decaying mean of squared gradients.</summary>
    public Tensor ExpAvgSq { get; }

    /// <summary>Updates made so far.</summary>
    public long Updates { get; set; }

    /// <summary>Whether the native library's one-pass operator for CPUs may be used; tests compare it with libtorch's operators.</summary>
    internal bool AllowFused { get; set; } = true;

    /// <summary>The 2-norm of all gradients together; on a GPU this waits for the device.</summary>
    public double GradientNorm()
    {
        if (AllowFused && _parameters.Grads.Device.Type == DeviceType.CPU)
        {
            return Math.Sqrt(Ops.SumOfSquares.CallScalar([_parameters.Grads]));
        }

        using Tensor norm = Ops.Norm.Call([_parameters.Grads]);
        return norm.item();
    }

    /// <summary>
    /// The factor that clips gradients of that norm: min(1, ClipNorm / (norm + 1e-6)), as in PyTorch's <c>clip_grad_norm_</c>
    /// (https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html).
    /// </summary>
    public double ClipFactor(double norm) => _options.ClipNorm > 0 ? Math.Min(1, _options.ClipNorm / (norm + 1e-6)) : 1;

    /// <summary>
    /// Whether libtorch's fused operator can clip, decide and update on the device, so that the host need not wait for it. Beside Muon the
    /// host decides.
    /// </summary>
    internal bool IsOnDevice => _options.Optimizer == OptimizerKind.AdamW && _options.Gpu.FusedOptimizer
        && Ops.FusedAdamWOnDevice.HasKernel(_parameters.Values.Device.Type);

    /// <summary>
    /// One clipped update by libtorch's fused operator, skipped where the norm is not at most the limit or a loss is not finite. Nothing is
    /// read from the device. The caller raises <see cref="Updates"/>.
    /// </summary>
    /// <param name="learningRate">[] float32.</param>
    /// <param name="update">[] float32: the number of this update, from 1.</param>
    /// <param name="limit">[] float32: the largest norm that is accepted; finite, so that an infinite norm never is.</param>
    /// <param name="losses">[n] float32.</param>
    /// <param name="norm">[] float32: takes the norm before clipping.</param>
    internal void StepOnDevice(Tensor learningRate, Tensor update, Tensor limit, Tensor losses, Tensor norm)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        norm.copy_(Ops.Norm.Call([_parameters.Grads]));
        Tensor isAccepted = Ops.LeTensor.Call([norm, limit]).to(ScalarType.Float32)           // []: 0 or 1; a NaN gives 0
            .mul_(Ops.All.Call([Ops.IsFinite.Call([losses])]).to(ScalarType.Float32));
        Tensor skip = Ops.RsubScalar.Call([isAccepted, 1.0]);                                 // []: 1 - isAccepted
        Tensor divisor = ClipDivisor(norm);                                                   // []: the operator divides gradients by it
        foreach (Range range in _ranges)
        {
            if (!range.Values.IsNull)
            {
                StepOnDevice(range, learningRate, update, divisor, skip);
            }
        }
    }

    /// <summary>[]: max(1, (norm + 1e-6) / ClipNorm), the reciprocal of <see cref="ClipFactor"/>.</summary>
    private Tensor ClipDivisor(Tensor norm)
    {
        if (_options.ClipNorm <= 0)
        {
            return torch.full([], 1, device: norm.Device);
        }

        Tensor margin = torch.full([], 1e-6 / _options.ClipNorm, device: norm.Device);
        return Ops.ClampMin.Call([(norm * (1 / _options.ClipNorm)).add_(margin), 1.0]);
    }

    private unsafe void StepOnDevice(Range range, Tensor learningRate, Tensor update, Tensor divisor, Tensor skip)
    {
        nint values = range.Values.Handle, grads = range.Grads.Handle, step = update.Handle;
        nint expAvg = range.ExpAvg.Handle, expAvgSq = range.ExpAvgSq.Handle;
        Ops.FusedAdamWOnDevice.Run([
            Value.List(&values, 1), Value.List(&grads, 1), Value.List(&expAvg, 1), Value.List(&expAvgSq, 1),
            Value.List((nint*)null, 0), Value.List(&step, 1), // no maximal exp_avg_sq: amsgrad is off
            learningRate, _options.Beta1, _options.Beta2, range.WeightDecay, _options.Epsilon, false, false, divisor, skip]);
    }

    /// <summary>Where the moments of a parameter begin that is at this place in the flat buffers.</summary>
    internal long MomentOffset(long offset) => offset < _leftOutBegin ? offset : offset - _leftOutLength;

    /// <summary>One update on the host's decision, with the gradients multiplied by <paramref name="scale"/>.</summary>
    public void Step(double learningRate, double scale)
    {
        Updates++;
        foreach (Range range in _ranges)
        {
            if (range.Values.IsNull)
            {
                continue;
            }

            if (AllowFused && _parameters.Values.Device.Type == DeviceType.CPU)
            {
                Ops.FusedAdamW.Run([
                    range.Values, range.Grads, range.ExpAvg, range.ExpAvgSq, learningRate, _options.Beta1, _options.Beta2, _options.Epsilon,
                    range.WeightDecay, scale, Updates]);
            }
            else
            {
                StepByOperators(range, learningRate, scale);
            }
        }
    }

    /// <summary>Releases the moments.</summary>
    public void Dispose()
    {
        foreach (Range range in _ranges)
        {
            range.Values.Dispose();
            range.Grads.Dispose();
            range.ExpAvg.Dispose();
            range.ExpAvgSq.Dispose();
        }

        ExpAvg.Dispose();
        ExpAvgSq.Dispose();
    }

    private void StepByOperators(Range range, double learningRate, double scale)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor gradient = range.Grads * scale;
        range.Values.mul_(1 - (learningRate * range.WeightDecay));
        range.ExpAvg.mul_(_options.Beta1).add_(gradient, 1 - _options.Beta1);
        range.ExpAvgSq.mul_(_options.Beta2);
        Ops.AddcmulInPlace.Run([range.ExpAvgSq, gradient, gradient, 1 - _options.Beta2]);
        Tensor root = range.ExpAvgSq * (1 / (1 - Math.Pow(_options.Beta2, Updates))); // bias correction, then the square root
        Ops.SqrtInPlace.Run([root]);
        Ops.AddScalarInPlace.Run([root, _options.Epsilon]);
        Ops.AddcdivInPlace.Run([range.Values, range.ExpAvg, root, -learningRate / (1 - Math.Pow(_options.Beta1, Updates))]);
    }

    private Range Slice(long first, long length, double weightDecay)
    {
        long moment = MomentOffset(first);
        return length == 0 ? default : new(
            View(_parameters.Values, first), View(_parameters.Grads, first), View(ExpAvg, moment), View(ExpAvgSq, moment), weightDecay);

        Tensor View(Tensor flat, long from) => flat.narrow(0, from, length).DetachFromDisposeScope();
    }

    /// <summary>Consecutive parameters with one weight decay: [n] views of the flat buffers.</summary>
    private readonly record struct Range(Tensor Values, Tensor Grads, Tensor ExpAvg, Tensor ExpAvgSq, double WeightDecay);
}
