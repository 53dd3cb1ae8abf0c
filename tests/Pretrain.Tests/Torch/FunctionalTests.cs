using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Tests.Torch;

/// <summary>The native library's own operators against libtorch's.</summary>
public class FunctionalTests
{
    [Theory]
    [InlineData(7, 33)]
    [InlineData(64, 1000)]
    [InlineData(3, 1)]
    public void CrossEntropyInPlace_anyShape_equalsAutograd(int rows, int classes)
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor logits = Normal("logits", rows, classes, 4);
        long[] targets = [.. Enumerable.Range(0, rows).Select(i => i % 5 == 4 ? -100L : (long)i * 7 % classes)];
        Tensor labels = torch.tensor(targets, rows);
        int counted = targets.Count(t => t >= 0);

        Tensor leaf = logits.clone().requires_grad_();
        Tensor mean = Ops.CrossEntropy.Call([leaf, labels]); // mean over the counted rows, ignore_index -100
        mean.backward();
        double expected = mean.detach().item();
        foreach (bool fused in (bool[])[true, false])
        {
            Tensor work = logits.clone();
            double sum = fused ? Functional.CrossEntropyInPlace(work, labels, 1.0 / counted) : Functional.CrossEntropyByOperators(work, labels, torch.full([], 1.0 / counted)).item();
            Assert.Equal(expected, sum / counted, 2e-6 * Math.Max(1, expected));
            Assert.InRange(NativeTorch.MaxDifference(NativeTorch.Floats(work), NativeTorch.Floats(leaf.grad)), 0, 1e-6);
            Assert.Equal(sum, fused ? Functional.CrossEntropyInPlace(logits.clone(), labels, 0) : Functional.CrossEntropyByOperators(logits.clone(), labels, default).item(), 1e-4);
        }
    }

    [Fact]
    public void CrossEntropyInPlace_extremeLogits_staysFinite()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor logits = torch.tensor([1000f, 0, -1000, 0, 0, 0], 2, 3);
        double sum = Functional.CrossEntropyInPlace(logits, torch.tensor([1L, 2], 2), 1);
        Assert.Equal(1000 + Math.Log(3), sum, 1e-3);
        Assert.Equal([1f, -1, 0], NativeTorch.Floats(logits)[..3]);
    }

    [Fact]
    public void CrossEntropyInPlace_targetOutside_throws()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor logits = torch.zeros([1, 3]);
        Assert.Contains("target 3", Assert.Throws<TorchException>(() => Functional.CrossEntropyInPlace(logits, torch.tensor([3L], 1), 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EmbeddingBackward_repeatedIds_equalsIndexAdd()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor dy = Normal("dy", 50, 37, 1);
        Tensor ids = torch.tensor([.. Enumerable.Range(0, 50).Select(i => (long)(i * i % 11))], 50);
        Tensor expected = torch.zeros([11, 37]).index_add_(0, ids, dy);
        Tensor made = torch.zeros([11, 37]);
        Functional.EmbeddingBackward(made, ids, dy);
        Assert.InRange(NativeTorch.MaxDifference(NativeTorch.Floats(made), NativeTorch.Floats(expected)), 0, 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(200_001)]
    public void SumOfSquares_anyLength_equalsDoubleSumForAnyThreads(int count)
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = Normal("x", 1, count, 3).view(-1);
        double expected = 0;
        foreach (float value in x.AsSpan<float>())
        {
            expected += (double)value * value;
        }

        torch.set_num_threads(1);
        double one = Ops.SumOfSquares.CallScalar([x]);
        torch.set_num_threads(2);
        Assert.Equal(one, Ops.SumOfSquares.CallScalar([x]));
        Assert.Equal(expected, one, expected * 1e-12);
    }

    private static Tensor Normal(string name, int rows, int columns, double deviation)
    {
        Tensor tensor = torch.empty([rows, columns]);
        CounterRandom random = new(4, name);
        Span<float> values = tensor.AsSpan<float>();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(random.NormalPair((ulong)i).First * deviation);
        }

        return tensor;
    }
}
