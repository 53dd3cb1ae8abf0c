using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Training;

/// <summary>What has to hold before a training is begun.</summary>
internal static class TrainingChecks
{
    /// <summary>Checks that the options, the model, the machine and the number of processes fit together.</summary>
    /// <exception cref="TrainingException">They do not; the message names every fault.</exception>
    internal static void Require(GptNeoConfig config, TrainingOptions options, int worldSize)
    {
        List<string> faults = [.. options.Faults()];
        if (options.AccumulationSteps % worldSize != 0)
        {
            faults.Add($"AccumulationSteps is {options.AccumulationSteps}, which {worldSize} processes cannot share");
        }

        try
        {
            config.Validate();
        }
        catch (InvalidDataException e)
        {
            faults.Add(e.Message);
        }

        if (options.BlockSize > config.MaxPositionEmbeddings)
        {
            faults.Add($"BlockSize is {options.BlockSize} where the model knows {config.MaxPositionEmbeddings} positions");
        }

        if (options.Engine == TrainingEngine.TorchSharp && worldSize > 1)
        {
            faults.Add("several processes train together with the native engine only");
        }

        if (options.Engine == TrainingEngine.Native && options.Device.StartsWith("cuda", StringComparison.Ordinal) && !torch.CudaAvailable)
        {
            faults.Add($"device {options.Device} was asked for, but this machine or its libtorch has no CUDA; use cpu");
        }

        if (faults.Count > 0)
        {
            throw new TrainingException(string.Join("; ", faults));
        }
    }
}
