using DataForge.Pretrain.TorchSharp;
using TorchSharp;
using SafeTensors = DataForge.Pretrain.Model.SafeTensors;

namespace DataForge.TorchSharp.Tests;

/// <summary>
/// One forward and one backward pass against tensors that Hugging Face's GPTNeoForCausalLM computed; tolerances as for the native engine.
/// </summary>
public class GoldenForwardTests
{
    [Theory]
    [InlineData("tiny", 5e-6)]
    [InlineData("odd", 1e-4)]
    public void Logits_referenceInput_equalHuggingFace(string config, double tolerance)
    {
        string folder = Golden.Folder(config);
        using SafeTensors expected = new(Path.Combine(folder, "forward.safetensors"));
        using TorchSharpModel model = TorchSharpModel.LoadFolder(folder);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor logits = model.Logits(torch.tensor(expected.ReadInt64s("input_ids"), expected.Entry("input_ids").Shape));
        Assert.InRange(Golden.MaxDifference(TensorMemory.Floats(logits), expected.ReadFloats("logits")), 0, tolerance);
    }

    [Theory]
    [InlineData("tiny", 5e-6)]
    [InlineData("odd", 1e-4)]
    public void ForwardBackward_referenceInput_lossAndGradientsEqualHuggingFace(string config, double tolerance)
    {
        string folder = Golden.Folder(config);
        using SafeTensors forward = new(Path.Combine(folder, "forward.safetensors"));
        using SafeTensors gradients = new(Path.Combine(folder, "gradients.safetensors"));
        using TorchSharpModel model = TorchSharpModel.LoadFolder(folder);
        using DisposeScope scope = torch.NewDisposeScope();
        (torch.Tensor ids, torch.Tensor targets, long counted) = Batch(forward);
        double loss = model.ForwardBackward(ids, targets, 1.0 / counted, accumulate: false, CancellationToken.None) / counted;
        Assert.Equal(forward.ReadFloats("loss")[0], loss, 5e-6);
        Assert.Equal(forward.ReadFloats("loss")[0], model.LossSum(ids, targets, CancellationToken.None) / counted, 5e-6);
        foreach ((string name, torch.Tensor parameter) in model.Parameters)
        {
            float[] expected = gradients.ReadFloats(name);
            double scale = Math.Max(1, expected.Max(Math.Abs));
            double difference = Golden.MaxDifference(TensorMemory.Floats(parameter.grad!), expected);
            Assert.True(difference <= tolerance * scale, $"{name}: {difference} (largest {scale})");
        }
    }

    /// <summary>The reference's input with each position's next token as its target.</summary>
    private static (torch.Tensor Ids, torch.Tensor Targets, long Counted) Batch(SafeTensors forward)
    {
        long[] shape = forward.Entry("input_ids").Shape, ids = forward.ReadInt64s("input_ids"), targets = new long[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            targets[i] = (i + 1) % shape[1] == 0 ? -100 : ids[i + 1];
        }

        return (torch.tensor(ids, shape), torch.tensor(targets, shape), shape[0] * (shape[1] - 1));
    }
}
