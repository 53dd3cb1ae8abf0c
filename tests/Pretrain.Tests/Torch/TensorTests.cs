using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Tests.Torch;

public class TensorTests
{
    [Fact]
    public void Matmul_smallMatrices_isRight()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor a = torch.tensor([1f, 2, 3, 4], 2, 2);
        Tensor product = a.matmul(torch.tensor([5f, 6, 7, 8], 2, 2));
        Assert.Equal([19f, 22, 43, 50], product.AsSpan<float>().ToArray());
        Assert.Equal([2L, 2L], product.Shape);
        Assert.Equal(ScalarType.Float32, product.Dtype);
        Assert.Equal(134, product.sum().item());
    }

    [Fact]
    public void Backward_leaf_gathersGradient()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = torch.tensor([1f, 2, 3], 3).requires_grad_();
        (x * x).sum().backward();
        Assert.Equal([2f, 4, 6], x.grad.AsSpan<float>().ToArray());
        (x * x).sum().backward();
        Assert.Equal([4f, 8, 12], x.grad.AsSpan<float>().ToArray());
    }

    [Fact]
    public void Grad_cubes_areThreeSquares()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = torch.tensor([1f, 2, 3], 3).requires_grad_();
        Tensor unused = torch.tensor([1f], 1).requires_grad_();
        Tensor[] found = torch.grad([(x * x * x).sum()], [x, unused]);
        Assert.Equal([3f, 12, 27], found[0].AsSpan<float>().ToArray());
        Assert.True(found[1].IsNull);
    }

    [Fact]
    public void NoGrad_inside_recordsNothing()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = torch.tensor([2f], 1).requires_grad_();
        Tensor inside;
        using (torch.no_grad())
        {
            inside = (x * x).sum();
        }

        TorchException e = Assert.Throws<TorchException>(() => inside.backward());
        Assert.Contains("does not require grad", e.Message, StringComparison.Ordinal);
        (x * x).sum().backward(); // recorded again
    }

    [Fact]
    public void Call_wrongShapes_throwsTextNotCrash()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor a = torch.zeros([2, 3]), b = torch.zeros([2, 3]);
        TorchException e = Assert.Throws<TorchException>(() => a.mm(b));
        Assert.Contains("aten::mm", e.Message, StringComparison.Ordinal);
        Assert.Contains("2x3", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, a.sum().item()); // and the next call is well
    }

    [Fact]
    public void Op_unknownName_throwsNamingIt()
    {
        NativeTorch.SkipWithoutLibrary();
        Op none = new("aten::no_such_operator");
        Assert.False(none.Exists);
        Assert.Contains("no operator aten::no_such_operator", Assert.Throws<TorchException>(() => none.Call([])).Message, StringComparison.Ordinal);
        Assert.True(new Op("aten::mm").HasKernel(DeviceType.CPU));
    }

    [Fact]
    public void Op_tooFewArguments_throwsNamingTheArgument()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor a = torch.zeros([2, 2]);
        Assert.Contains("has no default", Assert.Throws<TorchException>(() => new Op("aten::mm").Call([a])).Message, StringComparison.Ordinal);
        Assert.Contains("takes 2 arguments", Assert.Throws<TorchException>(() => new Op("aten::mm").Call([a, a, a])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Op_tensorLists_goInAndComeOut()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor a = torch.tensor([1f, 2], 2), b = torch.tensor([3f, 4], 2);
        unsafe
        {
            nint* handles = stackalloc nint[2] { a.Handle, b.Handle };
            Tensor joined = new Op("aten::cat").Call([Value.List(handles, 2), 0]);
            Assert.Equal([1f, 2, 3, 4], joined.AsSpan<float>().ToArray());
            (Tensor first, Tensor second) = new Op("aten::split", "Tensor").Call2([joined, 2]);
            Assert.Equal([1f, 2], NativeTorch.Floats(first));
            Assert.Equal([3f, 4], NativeTorch.Floats(second));
            nint* indices = stackalloc nint[1] { torch.tensor([1L, 0], 2).Handle };
            Tensor picked = new Op("aten::index", "Tensor").Call([joined, Value.OptionalList(indices, 1)]);
            Assert.Equal([2f, 1], picked.AsSpan<float>().ToArray());
        }
    }

    [Fact]
    public void ManualSeed_same_givesSameNumbers()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        torch.manual_seed(7);
        float[] first = Draw();
        torch.manual_seed(7);
        Assert.Equal(first, Draw());

        static unsafe float[] Draw()
        {
            long size = 5;
            return NativeTorch.Floats(new Op("aten::randn").Call([Value.List(&size, 1)]));
        }
    }
}
