using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Training;
using DataForge.Pretrain.Training;
using DataForge.Pretrain.TorchSharp;
using TorchSharp;
using static TorchSharp.torch;
using AdamW = DataForge.Pretrain.TorchSharp.AdamW;
using Muon = DataForge.Pretrain.TorchSharp.Muon;

namespace DataForge.TorchSharp.Tests;

public class MuonTests
{
    private static readonly TrainingOptions Options = new() { Optimizer = OptimizerKind.Muon };

    [Theory]
    [InlineData(24, 24)]
    [InlineData(64, 16)]
    [InlineData(16, 64)]
    public void Step_drawnGradients_isThatOfDoubles(int rows, int columns)
    {
        Golden.Prepare();
        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = tensor(Drawn(rows * columns, "values"), [rows, columns]), embedding = zeros(8, 4), bias = zeros(8);
        MuonReference reference = new(rows, columns, [.. TensorMemory.Floats(matrix).ToArray().Select(x => (double)x)], Options.MuonMomentum, Options.WeightDecay);
        Dictionary<string, Tensor> parameters = new()
        {
            ["transformer.wte.weight"] = embedding, ["transformer.h.0.mlp.c_fc.weight"] = matrix, ["transformer.h.0.mlp.c_fc.bias"] = bias,
        };
        using AdamW optimizer = new(parameters, Options, new WorkSharing());
        Assert.Equal([false, true, false], optimizer.Slots.Select(slot => slot.ByMuon));
        Muon muon = new(optimizer.Slots.Where(slot => slot.ByMuon), Options);
        foreach (Tensor parameter in parameters.Values)
        {
            parameter.requires_grad = true;
            parameter.grad = zeros_like(parameter);
        }

        for (int step = 0; step < 4; step++)
        {
            float[] gradient = Drawn(rows * columns, $"{step}");
            gradient.CopyTo(TensorMemory.Floats(matrix.grad!));
            float[] before = TensorMemory.Floats(matrix).ToArray();
            optimizer.Step(1e-3, 0.5);
            Assert.Equal(before, TensorMemory.Floats(matrix).ToArray()); // AdamW leaves it alone
            muon.Step(0.02, 0.5);
            reference.Step(gradient, 0.5, 0.02);
            Assert.All(reference.Values.Zip(TensorMemory.Floats(matrix).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 2e-6));
        }
    }

    private static float[] Drawn(int count, string name)
    {
        CounterRandom random = new(3, name);
        return [.. Enumerable.Range(0, count).Select(i => (float)random.NormalPair((ulong)i).First)];
    }
}
