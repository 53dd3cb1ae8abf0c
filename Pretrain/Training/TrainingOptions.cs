using System.Globalization;
using DataForge.Pretrain.Model;

namespace DataForge.Pretrain.Training;

/// <summary>How the learning rate decays after the warm-up.</summary>
public enum LearningRateDecay
{
    /// <summary>Half a cosine from the peak to the minimum.</summary>
    Cosine,

    /// <summary>A straight line from the peak to the minimum.</summary>
    Linear,

    /// <summary>No decay.</summary>
    Constant,
}

/// <summary>What turns gradients into updates.</summary>
public enum OptimizerKind
{
    /// <summary>AdamW for every parameter.</summary>
    AdamW,

    /// <summary>Muon for the matrices of the blocks, AdamW for the embeddings and the vectors.</summary>
    Muon,
}

/// <summary>
/// How a model is trained. Defaults are those of nanoGPT (https://github.com/karpathy/nanoGPT/blob/master/train.py) where it has the
/// option; named recipes are in <see cref="TrainingPresets"/>.
/// </summary>
public sealed record TrainingOptions
{
    /// <summary>What <see cref="Fingerprint"/> has where the model computes in bfloat16.</summary>
    internal const string BFloat16Mark = " bf16";

    /// <summary>Optimizer steps of the whole run. Default 1000, range 1 to 10,000,000.</summary>
    public long Steps { get; init; } = 1000;

    /// <summary>Blocks of a micro-batch, which goes through the model at once. Default 8, range 1 to 65,536.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Tokens of a block (context length); at most the model's positions. Default 256, range 2 to 1,000,000.</summary>
    public int BlockSize { get; init; } = 256;

    /// <summary>Micro-batches whose gradients are summed for one step. Default 1, range 1 to 65,536.</summary>
    public int AccumulationSteps { get; init; } = 1;

    /// <summary>What turns gradients into updates. Default AdamW, as in all published recipes here.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    /// <summary>
    /// Muon's peak learning rate, with the same schedule as <see cref="LearningRate"/>, which stays AdamW's. Default 0.02, as its author
    /// gives it (https://kellerjordan.github.io/posts/muon/), range above 0 to 1.
    /// </summary>
    public double MuonLearningRate { get; init; } = 0.02;

    /// <summary>Decay of Muon's mean of gradients. Default 0.95, range 0 to below 1.</summary>
    public double MuonMomentum { get; init; } = 0.95;

    /// <summary>How the initial weights are drawn. Default GptNeo.</summary>
    public WeightInitialization Initialization { get; init; } = WeightInitialization.GptNeo;

    /// <summary>The peak learning rate. Default 6e-4, range above 0 to 1.</summary>
    public double LearningRate { get; init; } = 6e-4;

    /// <summary>The learning rate at the end of the decay, as a fraction of the peak. Default 0.1, range 0 to 1.</summary>
    public double MinLearningRateRatio { get; init; } = 0.1;

    /// <summary>Steps of linear warm-up, the first with peak / WarmupSteps. Default 100, range 0 to Steps.</summary>
    public long WarmupSteps { get; init; } = 100;

    /// <summary>How the learning rate decays. Default cosine.</summary>
    public LearningRateDecay Decay { get; init; } = LearningRateDecay.Cosine;

    /// <summary>Decay of AdamW's mean of gradients. Default 0.9, range 0 to below 1.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of AdamW's mean of squared gradients. Default 0.95, range 0 to below 1.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Added to the denominator in AdamW. Default 1e-8, range above 0 to 1.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay of matrices; vectors have none. Default 0.1, range 0 to 1.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Gradients are clipped to this 2-norm; 0 turns clipping off. Default 1, range 0 to 1,000,000.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>
    /// A step whose gradient norm is more than this many times the recent mean is skipped and logged; 0 skips only steps that are not
    /// finite. Applies after the warm-up, and not before 20 steps. Default 10, range 0 or 2 to 1,000,000.
    /// </summary>
    public double SpikeFactor { get; init; } = 10;

    /// <summary>This many skipped steps in a row end the run with an error. Default 20, range 1 to 1,000,000.</summary>
    public int MaxSkippedInARow { get; init; } = 20;

    /// <summary>Seed of the initial weights. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Steps between evaluations on held-out batches; one more at the end. 0 evaluates at the end only. Default 250.</summary>
    public long EvaluateEvery { get; init; } = 250;

    /// <summary>Evaluations without a new best after which training stops; 0 never. Default 0, range 0 to 1,000,000.</summary>
    public int EarlyStopEvaluations { get; init; }

    /// <summary>
    /// Steps between checkpoints; there are more at the end, on cancellation and at each new best. Default 250, at least 1.
    /// </summary>
    public long CheckpointEvery { get; init; } = 250;

    /// <summary>Newest checkpoints kept, besides the best. Default 2, range 1 to 1000.</summary>
    public int CheckpointsKept { get; init; } = 2;

    /// <summary>Threads an operator may use; 0 means one per processor. The same number gives the same bytes. Default 0.</summary>
    public int Threads { get; init; }

    /// <summary>cpu, cuda or cuda:N. Default cpu.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>The element type the model computes with, not auto. Default float32.</summary>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>The engine that trains, not auto. Default native.</summary>
    public TrainingEngine Engine { get; init; } = TrainingEngine.Native;

    /// <summary>Whether <see cref="Precision"/> is bfloat16.</summary>
    public bool UsesBFloat16 => Precision == Precision.BFloat16;

    /// <summary>
    /// The device's peak in TFLOP/s, for the utilisation in the log (H100 SXM in bf16: 989,
    /// https://www.nvidia.com/en-us/data-center/h100/). 0 measures a matrix product at the start instead, in the model's element type.
    /// Default 0.
    /// </summary>
    public double PeakTeraflops { get; init; }

    /// <summary>Which optimizations are used on a GPU. Default: all.</summary>
    public GpuOptimizations Gpu { get; init; } = new();

    /// <summary>Tokens of one optimizer step.</summary>
    public long TokensPerStep => (long)BatchSize * BlockSize * AccumulationSteps;

    /// <summary>
    /// The same step split across that many processes: the number of micro-batches becomes a multiple of the number of processes, with
    /// smaller micro-batches if needed. The blocks of a step, and their order, stay the same.
    /// </summary>
    /// <exception cref="TrainingException">The blocks of a step cannot be split evenly.</exception>
    public TrainingOptions SplitAcross(int processes)
    {
        int blocks = checked(BatchSize * AccumulationSteps);
        if (blocks % processes != 0)
        {
            throw new TrainingException(
                $"a step has {blocks} blocks (BatchSize × AccumulationSteps), which {processes} processes cannot share evenly; "
                + $"make it a multiple of {processes}");
        }

        int batch = BatchSize;
        while (blocks % ((long)batch * processes) != 0)
        {
            batch--;
        }

        return this with { BatchSize = batch, AccumulationSteps = blocks / batch };
    }

    /// <summary>Every fault of the options, each as one line; empty if they can be used.</summary>
    public IReadOnlyList<string> Faults()
    {
        List<string> faults = [];
        Check(Steps is >= 1 and <= 10_000_000, "Steps must lie in 1..10,000,000");
        Check(BatchSize is >= 1 and <= 65_536, "BatchSize must lie in 1..65,536");
        Check(BlockSize is >= 2 and <= 1_000_000, "BlockSize must lie in 2..1,000,000");
        Check(AccumulationSteps is >= 1 and <= 65_536, "AccumulationSteps must lie in 1..65,536");
        Check(TokensPerStep <= 1 << 28, "a step may have at most 268,435,456 tokens");
        Check(LearningRate is > 0 and <= 1, "LearningRate must lie above 0 and at most at 1");
        Check(MuonLearningRate is > 0 and <= 1, "MuonLearningRate must lie above 0 and at most at 1");
        Check(MuonMomentum is >= 0 and < 1, "MuonMomentum must lie in 0..1, 1 left out");
        Check(MinLearningRateRatio is >= 0 and <= 1, "MinLearningRateRatio must lie in 0..1");
        Check(WarmupSteps >= 0 && WarmupSteps <= Steps, "WarmupSteps must lie in 0..Steps");
        Check(Beta1 is >= 0 and < 1 && Beta2 is >= 0 and < 1, "Beta1 and Beta2 must lie in 0..1, 1 left out");
        Check(Epsilon is > 0 and <= 1, "Epsilon must lie above 0 and at most at 1");
        Check(WeightDecay is >= 0 and <= 1, "WeightDecay must lie in 0..1");
        Check(ClipNorm is >= 0 and <= 1e6, "ClipNorm must lie in 0..1,000,000");
        Check(SpikeFactor is 0 or (>= 2 and <= 1e6), "SpikeFactor must be 0 or lie in 2..1,000,000");
        Check(MaxSkippedInARow is >= 1 and <= 1_000_000, "MaxSkippedInARow must lie in 1..1,000,000");
        Check(EvaluateEvery >= 0, "EvaluateEvery must not be negative");
        Check(EarlyStopEvaluations is >= 0 and <= 1_000_000, "EarlyStopEvaluations must lie in 0..1,000,000");
        Check(CheckpointEvery >= 1, "CheckpointEvery must be at least 1");
        Check(CheckpointsKept is >= 1 and <= 1000, "CheckpointsKept must lie in 1..1000");
        Check(Threads is >= 0 and <= 1024, "Threads must lie in 0..1024");
        Check(PeakTeraflops is >= 0 and <= 1e6, "PeakTeraflops must lie in 0..1,000,000");
        Check(
            Engine != TrainingEngine.TorchSharp || !Device.StartsWith("cuda", StringComparison.Ordinal),
            "the torchsharp engine computes on a CPU: give the device cpu, or the engine native");
        Check(Precision != Precision.Auto, "Precision must be float32 or bfloat16");
        Check(
            Engine != TrainingEngine.TorchSharp || !UsesBFloat16,
            "the torchsharp engine computes in float32: give the precision float32, or the engine native");
        try
        {
            _ = Torch.Device.Parse(Device);
        }
        catch (FormatException e)
        {
            faults.Add(e.Message);
        }

        return faults;

        void Check(bool good, string fault)
        {
            if (!good)
            {
                faults.Add(fault);
            }
        }
    }

    /// <summary>
    /// Names everything that decides the weights, except for rounding: a checkpoint with another fingerprint is refused. Threads, device
    /// and the division of a step into micro-batches are left out, so that a run can be continued with another number of processes.
    /// </summary>
    public string Fingerprint() => string.Create(
        CultureInfo.InvariantCulture,
        $"steps {Steps} blocks {(long)BatchSize * AccumulationSteps} of {BlockSize} "
        + $"lr {LearningRate} min {MinLearningRateRatio} warmup {WarmupSteps} {Decay} "
        + $"betas {Beta1} {Beta2} eps {Epsilon} wd {WeightDecay} clip {ClipNorm} spike {SpikeFactor}{(UsesBFloat16 ? BFloat16Mark : "")}"
        + $"{(Optimizer == OptimizerKind.Muon ? $" muon {MuonLearningRate} {MuonMomentum}" : "")}"
        + $"{(Initialization == WeightInitialization.ScaledQueries ? " scaled queries" : "")}");
}
