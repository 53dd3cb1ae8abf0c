using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>What the two engines over the project's libtorch binding share: everything but where the update is decided.</summary>
internal abstract class NativeStepRunner : ITrainingStepRunner
{
    private readonly GradientAllReduce? _gradientAllReduce;
    private readonly Muon? _muon; // updates what Optimizer leaves out

    /// <summary>Draws the weights and allocates the optimizer and the batch buffers.</summary>
    protected NativeStepRunner(
        GptNeoForCausalLM model, TrainingOptions options, ITrainingData data, ProcessPeers peers, SpikeDetector spikes, bool prefetch)
    {
        Model = model;
        Options = options;
        Peers = peers;
        Spikes = spikes;
        MicroBatches = options.AccumulationSteps / peers.WorldSize;
        Optimizer = new AdamW(model.Parameters, options);
        _muon = options.Optimizer == OptimizerKind.Muon ? new Muon(model.Parameters, options) : null;
        Batches = new BatchLoader(data, model.Config, options, model.Device, peers.Rank * MicroBatches, MicroBatches, prefetch);
        _gradientAllReduce = peers.Group is null ? null : new GradientAllReduce(peers, model);
    }

    /// <summary>The model that is trained.</summary>
    internal GptNeoForCausalLM Model { get; }

    /// <inheritdoc/>
    ILanguageModel ITrainingStepRunner.Model => Model;

    /// <inheritdoc/>
    public string Libtorch => torch.Version;

    /// <inheritdoc/>
    public long Updates
    {
        get => Optimizer.Updates;
        set => Optimizer.Updates = value;
    }

    /// <summary>How the model is trained.</summary>
    protected TrainingOptions Options { get; }

    /// <summary>The processes that train together.</summary>
    protected ProcessPeers Peers { get; }

    /// <summary>Decides which steps are skipped.</summary>
    protected SpikeDetector Spikes { get; }

    /// <summary>The optimizer of what Muon does not update; it also counts the updates.</summary>
    protected AdamW Optimizer { get; }

    /// <summary>This process's micro-batches, as tensors.</summary>
    protected BatchLoader Batches { get; }

    /// <summary>Micro-batches of a step that this process computes.</summary>
    protected int MicroBatches { get; }

    /// <summary>The engine that the execution asks for, with freshly drawn weights.</summary>
    internal static NativeStepRunner Create(
        GptNeoConfig config, TrainingOptions options, ITrainingData data, ITrainingLog log, ProcessPeers peers, SpikeDetector spikes,
        StepExecution execution)
    {
        Device device = Device.Parse(options.Device);
        if (device.Type == DeviceType.CUDA && !CudaGraphs.IsAvailable)
        {
            log.Warning("the native library was compiled without CUDA's headers: no CUDA graphs, and batches are copied within the step");
        }

        GptNeoForCausalLM model = new(config, device, bfloat16: options.UsesBFloat16);
        model.Initialize(options.Seed, options.Initialization);
        model.SelectOperators(options.Gpu.FlashAttention, ownOperators: !execution.OnDevice || device.Type == DeviceType.CUDA);
        if (!execution.OnDevice)
        {
            return new HostStepRunner(model, options, data, peers, spikes, execution.Prefetch);
        }

        StepGraphs? graphs = execution.Recorder is null ? null : new StepGraphs(execution.Recorder, log.Warning);
        return new DeviceStepRunner(model, options, data, peers, spikes, execution.Prefetch, graphs);
    }

    /// <inheritdoc/>
    public void Prepare(int threads)
    {
        torch.set_num_threads(threads);
        torch.KeepFreedMemory();
    }

    /// <inheritdoc/>
    public double MeasurePeak(TimeProvider clock) =>
        DeviceSpeed.MeasurePeak(Model.Device, clock, Options.UsesBFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);

    /// <inheritdoc/>
    public StepResult RunStep(long step, double learningRate, CancellationToken cancellation)
    {
        long countedTokens = Peers.AllReduce(Batches.ReadStep(step));
        if (countedTokens == 0)
        {
            return UpdateOnHost(step, double.NaN, learningRate); // nothing to learn from: skipped, since the loss is not finite
        }

        Model.RefreshComputeValues();
        return RunStep(step, learningRate, countedTokens, Peers.WithinStep(cancellation));
    }

    /// <inheritdoc/>
    public (double Loss, long Tokens) Evaluate(ITrainingData data, CancellationToken cancellation)
    {
        Model.RefreshComputeValues();
        double lossSum = 0;
        long tokens = 0;
        for (int i = Peers.Rank; i < data.ValidationBatches; i += Peers.WorldSize)
        {
            tokens += Batches.ReadValidation(data, i);
            Batches.LoadMicroBatch(0);
            lossSum += Model.LossSum(Batches.Ids, Batches.Targets, Options.BatchSize, Options.BlockSize, Peers.WithinStep(cancellation));
        }

        tokens = Peers.AllReduce(tokens);
        return (Peers.AllReduce(lossSum) / tokens, tokens);
    }

    /// <inheritdoc/>
    public void SyncModel() => Model.RefreshComputeValues();

    /// <inheritdoc/>
    public void LoadWeights(string path) => GptNeoWeights.Load(Model, path);

    /// <inheritdoc/>
    public void SaveTensors(Stream target)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        SafeTensorsWriter.Write(target, StateTensors());
    }

    /// <inheritdoc/>
    public void LoadTensors(SafeTensors file)
    {
        foreach (Parameter parameter in Model.Parameters.All)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            foreach ((string prefix, Tensor values) in StateOf(parameter))
            {
                GptNeoWeights.Read(file, prefix + parameter.Name, parameter.Shape, GptNeoWeights.Into(values.view(-1), 0));
            }
        }
    }

    /// <inheritdoc/>
    public void BroadcastTensors()
    {
        Peers.Broadcast(Model.Parameters.Values);
        Peers.Broadcast(Optimizer.ExpAvg);
        Peers.Broadcast(Optimizer.ExpAvgSq);
        if (_muon is not null)
        {
            Peers.Broadcast(_muon.Momentum);
        }
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Batches.Dispose();
        _gradientAllReduce?.Dispose();
        Optimizer.Dispose();
        _muon?.Dispose();
        Model.Dispose();
    }

    /// <summary>The step proper, for a batch in which <paramref name="countedTokens"/> positions count over all processes.</summary>
    protected abstract StepResult RunStep(long step, double learningRate, long countedTokens, CancellationToken cancellation);

    /// <summary>
    /// Forward and backward over the micro-batch in the loader; the first one replaces the gradients, the others add to them.
    /// </summary>
    protected abstract void ForwardBackward(int microBatch, CancellationToken cancellation);

    /// <summary>Runs all micro-batches. The all-reduce of the gradients starts during the last one's backward pass.</summary>
    protected void RunMicroBatches(CancellationToken cancellation)
    {
        for (int i = 0; i < MicroBatches; i++)
        {
            Batches.LoadMicroBatch(i);
            Model.transformer.BlockBackwardCompleted = i == MicroBatches - 1 ? _gradientAllReduce?.BlockBackwardCompleted : null;
            try
            {
                ForwardBackward(i, cancellation);
            }
            catch (TorchException e) when (MemoryEstimate.IsOutOfMemory(e))
            {
                throw MemoryEstimate.OutOfMemory(Options.BatchSize, Fits, e);
            }
        }
    }

    /// <summary>Waits until the gradients are summed over all processes.</summary>
    protected void FinishGradientAllReduce() => _gradientAllReduce?.Finish();

    /// <summary>Clips and updates on the host, unless the step has to be skipped.</summary>
    protected StepResult UpdateOnHost(long step, double loss, double learningRate)
    {
        double norm = Optimizer.GradientNorm();
        string? skipReason = Spikes.Check(step, loss, norm);
        if (skipReason is null)
        {
            double scale = Optimizer.ClipFactor(norm);
            Optimizer.Step(learningRate, scale);
            _muon?.Step(learningRate * Options.MuonLearningRate / Options.LearningRate, scale);
        }

        return new StepResult(loss, norm, skipReason);
    }

    /// <summary>Whether a micro-batch of so many blocks fits into memory. Overwrites the gradients.</summary>
    private bool Fits(int batchSize)
    {
        try
        {
            Model.transformer.BlockBackwardCompleted = null;
            using DisposeScope scope = torch.NewDisposeScope();
            long size = (long)batchSize * Options.BlockSize;
            Tensor ids = Batches.Ids.narrow(0, 0, size), targets = Batches.Targets.narrow(0, 0, size); // [batch * time]
            Model.ForwardBackward(ids, targets, batchSize, Options.BlockSize, 1, accumulate: false);
            return true;
        }
        catch (TorchException e) when (MemoryEstimate.IsOutOfMemory(e))
        {
            return false;
        }
    }

    private IEnumerable<NamedWeights> StateTensors() => Model.Parameters.All.SelectMany(
        parameter => StateOf(parameter),
        (parameter, state) => SafeTensorsWriter.Named(state.Prefix + parameter.Name, parameter.Shape, state.Values));

    /// <summary>What a checkpoint holds of a parameter: its values and the optimizer's moments, each with the prefix of its name.</summary>
    private (string Prefix, Tensor Values)[] StateOf(Parameter parameter)
    {
        if (_muon?.MomentumOf(parameter) is { IsNull: false } momentum)
        {
            return [("", parameter.Value), (CheckpointStore.MomentumPrefix, momentum)];
        }

        long offset = Optimizer.MomentOffset(parameter.Offset);
        return
        [
            ("", parameter.Value),
            (CheckpointStore.ExpAvgPrefix, Optimizer.ExpAvg.narrow(0, offset, parameter.Numel)),
            (CheckpointStore.ExpAvgSqPrefix, Optimizer.ExpAvgSq.narrow(0, offset, parameter.Numel)),
        ];
    }
}
