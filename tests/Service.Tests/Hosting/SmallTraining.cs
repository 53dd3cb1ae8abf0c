using System.Globalization;

namespace DataForge.Service.Tests.Hosting;

/// <summary>Options of a training on little text, with checkpoints to resume from.</summary>
internal static class SmallTraining
{
    public static Dictionary<string, string> Options(int steps) => new()
    {
        ["tokenize.vocabularysize"] = "1024", ["pretrain.preset"] = "quickstart", ["pretrain.batchsize"] = "2", ["pretrain.blocksize"] = "128",
        ["pretrain.steps"] = steps.ToString(CultureInfo.InvariantCulture), ["pretrain.evaluateevery"] = steps.ToString(CultureInfo.InvariantCulture),
        ["pretrain.checkpointevery"] = "4", ["pretrain.warmupsteps"] = "1", ["pretrain.device"] = "cpu", ["pretrain.maxvalidationblocks"] = "8",
        ["pretrain.heldoutbytes"] = "8192", ["pretrain.sampleprompt"] = "",
    };
}
