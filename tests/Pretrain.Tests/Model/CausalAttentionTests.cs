using DataForge.Pretrain.Model;
using DataForge.Pretrain.Tests.Torch;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Tests.Model;

/// <summary>The fused and the blocked attention against the plain formula with its full mask, gradients by libtorch's autograd.</summary>
public class CausalAttentionTests
{
    [Theory]
    [InlineData(2, 3, 300, 8, 0)]
    [InlineData(1, 2, 300, 20, 70)]
    [InlineData(2, 1, 129, 16, 64)]
    [InlineData(1, 1, 64, 4, 1)]
    [InlineData(3, 2, 5, 3, 2)]
    [InlineData(1, 2, 1, 4, 0)]
    public void ForwardBackward_anyShape_equalsPlainFormula(int batch, int heads, int length, int size, int window)
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor kvq = Random("kvq", [batch * length, 3 * heads * size]);
        Tensor dy = Random("dy", [batch * length, heads * size]);
        (float[] Y, float[] Gradient) plain = Plain(kvq, dy, batch, heads, length, size, window);
        foreach (bool fused in (bool[])[true, false])
        {
            CausalAttention attention = new(heads, size, window) { AllowFused = fused };
            Tensor y = attention.Forward(kvq, batch, length);
            Assert.InRange(NativeTorch.MaxDifference(NativeTorch.Floats(y), plain.Y), 0, 2e-6);
            Tensor gradient = attention.Backward(dy);
            Assert.InRange(NativeTorch.MaxDifference(NativeTorch.Floats(gradient), plain.Gradient), 0, 2e-5);
            attention.DisposeMasks();
        }
    }

    private static (float[] Y, float[] Gradient) Plain(Tensor kvq, Tensor dy, int batch, int heads, int length, int size, int window)
    {
        Tensor leaf = kvq.clone().requires_grad_();
        Tensor parts = leaf.view(batch, length, 3, heads, size).permute(2, 0, 3, 1, 4);            // [3, B, heads, T, d]
        Tensor mask = torch.zeros([length, length]);
        for (int i = 0; i < length; i++)
        {
            for (int j = 0; j < length; j++)
            {
                bool seen = j <= i && (window == 0 || i - j < window);
                mask.AsSpan<float>()[(i * length) + j] = seen ? 0 : float.MinValue;
            }
        }

        Tensor scores = parts.select(0, 2).matmul(parts.select(0, 0).transpose(-1, -2)) + mask;   // [B, heads, T, T]
        Tensor y = scores.softmax(-1).matmul(parts.select(0, 1)).transpose(1, 2).reshape(batch * length, (long)heads * size);
        y.backward(dy);
        return (NativeTorch.Floats(y.detach()), NativeTorch.Floats(leaf.grad));
    }

    private static Tensor Random(string name, long[] shape)
    {
        Tensor tensor = torch.empty(shape);
        CounterRandom random = new(9, name);
        Span<float> values = tensor.AsSpan<float>();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)random.NormalPair((ulong)i).First;
        }

        return tensor;
    }
}
