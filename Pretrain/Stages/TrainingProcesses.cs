using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Stages;

/// <summary>The processes of a training: this one alone, or those that the environment describes.</summary>
internal sealed class TrainingProcesses : IDisposable
{
    private readonly ProcessRank? _rank;
    private readonly Device _device;

    private TrainingProcesses(ProcessRank? rank, Device device, C10dProcessGroup? group)
    {
        _rank = rank;
        _device = device;
        Group = group;
    }

    /// <summary>The process group; null if this process trains alone.</summary>
    public IProcessGroup? Group { get; }

    /// <summary>How many processes train together, at least 1.</summary>
    public int WorldSize => Group?.WorldSize ?? 1;

    /// <summary>Whether this process writes: checkpoints, export, manifest, log.</summary>
    public bool IsRankZero => Group is not { Rank: > 0 };

    /// <summary>Joins the process group that the environment describes, if any.</summary>
    /// <exception cref="TrainingException">The environment is incomplete, or the other processes did not join in time.</exception>
    public static TrainingProcesses Join(PretrainOptions options)
    {
        if (ProcessRank.FromEnvironment() is not { } rank)
        {
            return new TrainingProcesses(null, Device.CPU, null);
        }

        if (options.Engine == TrainingEngine.TorchSharp)
        {
            throw new TrainingException("several processes train together with the native engine only; give pretrain.engine=native");
        }

        Device device = Device.Parse(ResolveDevice(options.Device, TrainingEngine.Native, rank));
        TimeSpan timeout = TimeSpan.FromSeconds(options.ProcessTimeoutSeconds);
        return new TrainingProcesses(rank, device, C10dProcessGroup.Join(rank, device.Type, timeout));
    }

    /// <summary>The device of this process: of several on a machine, each has a GPU of its own.</summary>
    /// <param name="options">The device asked for, <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>, and the engine.</param>
    public string ResolveDevice(PretrainOptions options) =>
        ResolveDevice(options.Device, TrainingEngines.Resolve(options.Engine, options.Device), _rank);

    private static string ResolveDevice(string requested, TrainingEngine engine, ProcessRank? rank)
    {
        bool isGpuWanted = requested == "auto" && engine == TrainingEngine.Native && torch.CudaAvailable;
        string device = requested != "auto" ? requested : isGpuWanted ? "cuda" : "cpu";
        return device == "cuda" && rank is not null ? $"cuda:{rank.LocalRank}" : device;
    }

    /// <summary>The threads of this process: by default the machine's processors divided among the processes on it; 0 means all.</summary>
    public int ResolveThreads(int requested) =>
        requested > 0 || _rank is null ? requested : Math.Max(1, Environment.ProcessorCount / _rank.LocalWorldSize);

    /// <summary>In rank 0: tells the others whether to train, or whether all is done already.</summary>
    public void BroadcastWhetherToTrain(bool train) => Broadcast(train ? 1 : 0);

    /// <summary>In all other ranks: receives what rank 0 broadcasts.</summary>
    public bool ReceiveWhetherToTrain() => Broadcast(0) != 0;

    /// <summary>The precision of rank 0, which every process is to compute in, whatever its own processor has.</summary>
    /// <param name="own">What this process would choose.</param>
    public Precision AgreeOn(Precision own) => (Precision)Broadcast((long)own);

    /// <inheritdoc/>
    public void Dispose() => Group?.Dispose();

    /// <summary>The value of rank 0.</summary>
    private long Broadcast(long value)
    {
        if (Group is null)
        {
            return value;
        }

        using DisposeScope scope = torch.NewDisposeScope();
        Tensor sent = torch.full([1], value, ScalarType.Int64, _device); // [1]
        Group.Broadcast(sent);
        return (long)sent.item();
    }
}
