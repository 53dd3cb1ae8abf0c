using DataForge.Pretrain.TorchSharp;
using DataForge.Testing;
using TorchSharp;

namespace DataForge.TorchSharp.Tests;

/// <summary>What the tests need: the packages' native libraries, and the reference files. Where these are absent a test skips.</summary>
internal static class Golden
{
    /// <summary>The folder of a reference model.</summary>
    internal static string Folder(string config)
    {
        string? folder = SharedFiles.Find("golden", config);
        Assert.SkipWhen(folder is null, $"the reference tensors golden/{config} are not here");
        Prepare();
        return folder!;
    }

    /// <summary>Loads the libraries; the same number of threads gives the same bytes.</summary>
    internal static void Prepare()
    {
        TorchSharpLibrary.Load();
        torch.set_num_threads(Math.Min(2, Environment.ProcessorCount));
    }

    /// <summary>The largest absolute difference.</summary>
    internal static double MaxDifference(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double difference = Math.Abs((double)actual[i] - expected[i]);
            largest = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(largest, difference);
        }

        return largest;
    }
}
