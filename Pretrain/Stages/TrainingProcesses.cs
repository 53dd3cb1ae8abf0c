using DataForge.Pretrain.Torch;
using DataForge.Pretrain.Training;

namespace DataForge.Pretrain.Stages;

/// <summary>The processes of a training: one, or those that the environment names.</summary>
internal sealed class TrainingProcesses : IDisposable
{
    private readonly ProcessPlace? place;
    private readonly Device device;

    private TrainingProcesses(ProcessPlace? place, Device device, C10dProcessGroup? group)
    {
        this.place = place;
        this.device = device;
        Group = group;
    }

    /// <summary>The group; null where this process trains alone.</summary>
    public IProcessGroup? Group { get; }

    /// <summary>How many there are, at least 1.</summary>
    public int Size => Group?.Size ?? 1;

    /// <summary>Whether this one writes: checkpoints, export, manifest, log.</summary>
    public bool IsFirst => Group is not { Rank: > 0 };

    /// <summary>Meets the others, where there are any.</summary>
    public static TrainingProcesses Join(PretrainOptions options)
    {
        if (ProcessPlace.FromEnvironment() is not { } place)
        {
            return new TrainingProcesses(null, Device.CPU, null);
        }

        Device device = Device.Parse(DeviceOf(options.Device, place));
        return new TrainingProcesses(place, device, C10dProcessGroup.Join(place, device.Type, TimeSpan.FromSeconds(options.ProcessTimeoutSeconds)));
    }

    /// <summary>Where this process trains: of several on a machine, each has a GPU of its own.</summary>
    public string DeviceOf(string asked) => DeviceOf(asked, place);

    private static string DeviceOf(string asked, ProcessPlace? place)
    {
        string device = asked == "auto" ? torch.CudaAvailable ? "cuda" : "cpu" : asked;
        return device == "cuda" && place is not null ? $"cuda:{place.LocalRank}" : device;
    }

    /// <summary>Threads of this process: the machine's, shared out to those that train on it.</summary>
    public int ThreadsOf(int asked) => asked > 0 || place is null ? asked : Math.Max(1, Environment.ProcessorCount / place.LocalSize);

    /// <summary>The first process tells the others whether there is something to train, or all is done already.</summary>
    public void TellWhetherToTrain(bool train) => Share(train);

    /// <summary>What the first process tells.</summary>
    public bool HearWhetherToTrain() => Share(false);

    /// <inheritdoc/>
    public void Dispose() => Group?.Dispose();

    private bool Share(bool train)
    {
        if (Group is null)
        {
            return train;
        }

        using DisposeScope scope = torch.NewDisposeScope();
        Tensor flag = torch.full([1], train ? 1 : 0, ScalarType.Int64, device);
        Group.Broadcast(flag);
        return flag.item() != 0;
    }
}
