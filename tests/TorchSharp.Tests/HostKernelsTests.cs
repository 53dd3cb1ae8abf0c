using DataForge.Pretrain.Model;

namespace DataForge.TorchSharp.Tests;

public unsafe class HostKernelsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(1003)]
    public void CrossEntropyRow_drawnLogits_isThatOfDoubles(int count)
    {
        float[] logits = Drawn(count, 12);
        int target = count / 2;
        double sum = logits.Sum(x => Math.Exp((double)x - logits.Max()));
        double expected = Math.Log(sum) + logits.Max() - logits[target];
        double[] gradient = [.. logits.Select((x, i) => 0.5 * ((Math.Exp((double)x - logits.Max()) / sum) - (i == target ? 1 : 0)))];
        fixed (float* row = logits)
        {
            Assert.Equal(expected, HostKernels.CrossEntropyRow(row, count, target, 0.5f), 1e-5);
        }

        Assert.All(gradient.Zip(logits), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void CrossEntropyRow_farApartLogits_givesNoNaN()
    {
        float[] logits = [.. Enumerable.Repeat(-1e30f, 40).Prepend(5f)];
        fixed (float* row = logits)
        {
            Assert.Equal(0, HostKernels.CrossEntropyRow(row, logits.Length, 0, 1), 1e-6);
        }

        Assert.All(logits, value => Assert.Equal(0, value, 1e-6));
    }

    [Fact]
    public void SumOfSquares_oddCount_isThatOfDoubles()
    {
        float[] values = Drawn(1001, 3);
        fixed (float* first = values)
        {
            Assert.Equal(values.Sum(x => (double)x * x), HostKernels.SumOfSquares(first, values.Length), 1e-9);
        }
    }

    [Fact]
    public void Add_oddCount_addsEach()
    {
        float[] into = Drawn(19, 1), from = Drawn(19, 2), expected = [.. into.Zip(from, (a, b) => a + b)];
        fixed (float* target = into)
        fixed (float* source = from)
        {
            HostKernels.Add(target, source, into.Length);
        }

        Assert.Equal(expected, into);
    }

    private static float[] Drawn(int count, double width)
    {
        CounterRandom random = new(1, $"kernels {count} {width}");
        return [.. Enumerable.Range(0, count).Select(i => (float)((random.Uniform((ulong)i) - 0.5) * width))];
    }
}
