using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Stages;

/// <summary>The processes of a training: one, or those that the environment names.</summary>
internal sealed class TrainingProcesses : IDisposable
{
    private readonly ProcessRank? _place;
    private readonly Device _device;

    private TrainingProcesses(ProcessRank? place, Device device, C10dProcessGroup? group)
    {
        _place = place;
        _device = device;
        Group = group;
    }

    /// <summary>The group; null where this process trains alone.</summary>
    public IProcessGroup? Group { get; }

    /// <summary>How many there are, at least 1.</summary>
    public int WorldSize => Group?.WorldSize ?? 1;

    /// <summary>Whether this one writes: checkpoints, export, manifest, log.</summary>
    public bool IsRankZero => Group is not { Rank: > 0 };

    /// <summary>Meets the others, where there are any.</summary>
    public static TrainingProcesses Join(PretrainOptions options)
    {
        if (ProcessRank.FromEnvironment() is not { } place)
        {
            return new TrainingProcesses(null, Device.CPU, null);
        }

        Device device = Device.Parse(ResolveDevice(options.Device, place));
        return new TrainingProcesses(place, device, C10dProcessGroup.Join(place, device.Type, TimeSpan.FromSeconds(options.ProcessTimeoutSeconds)));
    }

    /// <summary>Where this process trains: of several on a machine, each has a GPU of its own.</summary>
    public string ResolveDevice(string asked) => ResolveDevice(asked, _place);

    private static string ResolveDevice(string asked, ProcessRank? place)
    {
        string device = asked == "auto" ? torch.CudaAvailable ? "cuda" : "cpu" : asked;
        return device == "cuda" && place is not null ? $"cuda:{place.LocalRank}" : device;
    }

    /// <summary>Threads of this process: the machine's, shared out to those that train on it.</summary>
    public int ResolveThreads(int asked) => asked > 0 || _place is null ? asked : Math.Max(1, Environment.ProcessorCount / _place.LocalWorldSize);

    /// <summary>The first process tells the others whether there is something to train, or all is done already.</summary>
    public void BroadcastWhetherToTrain(bool train) => Broadcast(train);

    /// <summary>What the first process tells.</summary>
    public bool ReceiveWhetherToTrain() => Broadcast(false);

    /// <inheritdoc/>
    public void Dispose() => Group?.Dispose();

    private bool Broadcast(bool train)
    {
        if (Group is null)
        {
            return train;
        }

        using DisposeScope scope = torch.NewDisposeScope();
        Tensor flag = torch.full([1], train ? 1 : 0, ScalarType.Int64, _device);
        Group.Broadcast(flag);
        return flag.item() != 0;
    }
}
