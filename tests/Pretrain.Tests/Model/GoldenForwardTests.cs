using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Tests.Model;

/// <summary>
/// One forward and one backward pass against tensors that Hugging Face's GPTNeoForCausalLM computed. Tolerances are those of the
/// reference's README: well above the noise of one float ulp in the weights, well below the smallest mistake in the architecture.
/// </summary>
public class GoldenForwardTests
{
    [Theory]
    [InlineData("tiny", 5e-6)]
    [InlineData("odd", 1e-4)]
    public void Logits_referenceInput_equalHuggingFace(string config, double tolerance)
    {
        string folder = NativeTorch.Golden(config);
        using SafeTensors expected = new(Path.Combine(folder, "forward.safetensors"));
        using GptNeoForCausalLM model = GptNeoWeights.LoadFolder(folder, NativeTorch.Device);
        using DisposeScope scope = torch.NewDisposeScope();
        long[] shape = expected.Entry("input_ids").Shape;
        List<Tensor> states = [];
        Tensor logits = model.Logits(torch.tensor(expected.ReadInt64s("input_ids"), shape[0] * shape[1]).to(NativeTorch.Device), shape[0], shape[1], states);
        Assert.InRange(NativeTorch.MaxDifference(NativeTorch.Floats(logits), expected.ReadFloats("logits")), 0, tolerance);
        Assert.Equal(model.Config.NumLayers + 1, states.Count);
        for (int i = 0; i < states.Count; i++)
        {
            Assert.InRange(NativeTorch.MaxDifference(NativeTorch.Floats(states[i]), expected.ReadFloats($"hidden_states.{i}")), 0, tolerance);
        }
    }

    [Theory]
    [InlineData("tiny", 5e-6, true)]
    [InlineData("odd", 1e-4, true)]
    [InlineData("tiny", 5e-6, false)]
    [InlineData("odd", 1e-4, false)]
    public void ForwardBackward_referenceInput_gradientsEqualHuggingFace(string config, double tolerance, bool fused)
    {
        string folder = NativeTorch.Golden(config);
        using SafeTensors forward = new(Path.Combine(folder, "forward.safetensors"));
        using SafeTensors gradients = new(Path.Combine(folder, "gradients.safetensors"));
        using GptNeoForCausalLM model = GptNeoWeights.LoadFolder(folder, NativeTorch.Device, forTraining: true);
        foreach (GptNeoBlock block in model.transformer.h)
        {
            block.attn.Core.AllowFused = fused; // the CPU's own operator, or libtorch's as on a GPU
        }

        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor ids, Tensor targets, long counted, long[] shape) = Batch(forward);
        model.Parameters.Grads.fill_(float.NaN); // what is replaced must not be read
        double loss = model.ForwardBackward(ids, targets, shape[0], shape[1], 1.0 / counted, accumulate: false) / counted;
        Assert.Equal(forward.ReadFloats("loss")[0], loss, 5e-6);
        foreach (Parameter parameter in model.Parameters.All)
        {
            float[] expected = gradients.ReadFloats(parameter.Name);
            double scale = Math.Max(1, expected.Max(Math.Abs));
            double difference = NativeTorch.MaxDifference(NativeTorch.Floats(parameter.Grad), expected);
            Assert.True(difference <= tolerance * scale, $"{parameter.Name}: {difference} (largest {scale})");
        }
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("odd")]
    public void LossSum_referenceInput_equalsHuggingFace(string config)
    {
        string folder = NativeTorch.Golden(config);
        using SafeTensors forward = new(Path.Combine(folder, "forward.safetensors"));
        using GptNeoForCausalLM model = GptNeoWeights.LoadFolder(folder, NativeTorch.Device);
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor ids, Tensor targets, long counted, long[] shape) = Batch(forward);
        Assert.Equal(forward.ReadFloats("loss")[0], model.LossSum(ids, targets, shape[0], shape[1]) / counted, 5e-6);
    }

    /// <summary>The reference's input with each position's next token as its target.</summary>
    private static (Tensor Ids, Tensor Targets, long Counted, long[] Shape) Batch(SafeTensors forward)
    {
        long[] shape = forward.Entry("input_ids").Shape;
        long[] ids = forward.ReadInt64s("input_ids");
        long[] targets = new long[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            targets[i] = (i + 1) % shape[1] == 0 ? -100 : ids[i + 1];
        }

        return (torch.tensor(ids, ids.Length).to(NativeTorch.Device), torch.tensor(targets, ids.Length).to(NativeTorch.Device), shape[0] * (shape[1] - 1), shape);
    }
}
