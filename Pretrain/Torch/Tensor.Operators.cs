namespace DataForge.Pretrain.Torch;

/// <content>The operators, under PyTorch's names; a trailing underscore marks those that work in place.</content>
public readonly unsafe partial struct Tensor
{
    public static Tensor operator +(Tensor a, Tensor b) => a.add(b);

    public static Tensor operator -(Tensor a, Tensor b) => Ops.Sub.Call([a, b]);

    public static Tensor operator *(Tensor a, Tensor b) => Ops.Mul.Call([a, b]);

    public static Tensor operator *(Tensor a, double b) => Ops.MulScalar.Call([a, b]);

    public static Tensor operator /(Tensor a, Tensor b) => Ops.Div.Call([a, b]);

    public Tensor add(Tensor other) => Ops.Add.Call([this, other]);

    public Tensor add_(Tensor other, double alpha = 1)
    {
        Ops.AddInPlace.Run([this, other, alpha]);
        return this;
    }

    public Tensor sub_(Tensor other)
    {
        Ops.SubInPlace.Run([this, other]);
        return this;
    }

    public Tensor mul_(Tensor other)
    {
        Ops.MulInPlace.Run([this, other]);
        return this;
    }

    public Tensor mul_(double other)
    {
        Ops.MulScalarInPlace.Run([this, other]);
        return this;
    }

    public Tensor exp_()
    {
        Ops.ExpInPlace.Run([this]);
        return this;
    }

    public Tensor zero_()
    {
        Ops.ZeroInPlace.Run([this]);
        return this;
    }

    public Tensor fill_(double value)
    {
        Ops.FillInPlace.Run([this, value]);
        return this;
    }

    public Tensor copy_(Tensor source, bool nonBlocking = false)
    {
        Ops.Copy.Run([this, source, nonBlocking]);
        return this;
    }

    public Tensor sum() => Ops.Sum.Call([this]);

    public Tensor sum(long dim, bool keepdim = false) => Ops.SumDims.Call([this, Value.List(&dim, 1), keepdim]);

    /// <summary>The sum over one dimension, taken in another element type.</summary>
    public Tensor sum(long dim, ScalarType dtype) => Ops.SumDims.Call([this, Value.List(&dim, 1), false, dtype]);

    public Tensor matmul(Tensor other) => Ops.Matmul.Call([this, other]);

    public Tensor mm(Tensor other) => Ops.Mm.Call([this, other]);

    public Tensor addmm(Tensor a, Tensor b) => Ops.Addmm.Call([this, a, b]);

    /// <summary>this = beta · this + a · b.</summary>
    public Tensor addmm_(Tensor a, Tensor b, double beta = 1)
    {
        Ops.AddmmInPlace.Run([this, a, b, beta]);
        return this;
    }

    public Tensor bmm(Tensor other) => Ops.Bmm.Call([this, other]);

    /// <summary>this = beta · this + a · b, for each of the batch.</summary>
    public Tensor baddbmm_(Tensor a, Tensor b, double beta = 1)
    {
        Ops.BaddbmmInPlace.Run([this, a, b, beta]);
        return this;
    }

    public Tensor view(params ReadOnlySpan<long> shape)
    {
        fixed (long* sizes = shape)
        {
            return Ops.View.Call([this, Value.List(sizes, shape.Length)]);
        }
    }

    public Tensor reshape(params ReadOnlySpan<long> shape)
    {
        fixed (long* sizes = shape)
        {
            return Ops.Reshape.Call([this, Value.List(sizes, shape.Length)]);
        }
    }

    public Tensor permute(params ReadOnlySpan<long> dims)
    {
        fixed (long* order = dims)
        {
            return Ops.Permute.Call([this, Value.List(order, dims.Length)]);
        }
    }

    public Tensor narrow(long dim, long start, long length) => Ops.Narrow.Call([this, dim, start, length]);

    public Tensor select(long dim, long position) => Ops.Select.Call([this, dim, position]);

    public Tensor transpose(long first, long second) => Ops.Transpose.Call([this, first, second]);

    public Tensor t() => Ops.T.Call([this]);

    public Tensor contiguous() => Ops.Contiguous.Call([this]);

    public Tensor clone() => Ops.Clone.Call([this]);

    public Tensor detach() => Ops.Detach.Call([this]);

    public Tensor to(ScalarType dtype) => Ops.To.Call([this, dtype]);

    public Tensor to(Device device) => Ops.To.Call([this, Value.None, Value.None, device]);

    public Tensor softmax(long dim) => Ops.Softmax.Call([this, dim, false]);

    public Tensor logsumexp(long dim, bool keepdim = false) => Ops.LogSumExp.Call([this, Value.List(&dim, 1), keepdim]);

    public Tensor gather(long dim, Tensor indices) => Ops.Gather.Call([this, dim, indices]);

    public Tensor scatter_add_(long dim, Tensor indices, Tensor source)
    {
        Ops.ScatterAddInPlace.Run([this, dim, indices, source]);
        return this;
    }

    public Tensor index_add_(long dim, Tensor indices, Tensor source)
    {
        Ops.IndexAddInPlace.Run([this, dim, indices, source]);
        return this;
    }

    /// <summary>The one element of a tensor, as a number.</summary>
    public double item() => Ops.Item.CallScalar([this]);

    /// <summary>Asks for gradients with respect to this leaf.</summary>
    public Tensor requires_grad_(bool enabled = true)
    {
        Native.Check(Native.dft_set_requires_grad(Handle, enabled ? 1 : 0));
        return this;
    }

    /// <summary>The gradient gathered so far; <c>default</c> where there is none.</summary>
    public Tensor grad
    {
        get
        {
            nint found;
            Native.Check(Native.dft_gradient(Handle, &found));
            return TensorTable.Add(found);
        }
    }

    /// <summary>Adds d this / d leaf to the gradient of each leaf.</summary>
    public void backward(Tensor gradient = default, bool retainGraph = false)
    {
        nint self = Handle;
        nint seed = gradient.IsNull ? 0 : gradient.Handle;
        Native.Check(Native.dft_backward(&self, gradient.IsNull ? null : &seed, 1, retainGraph ? 1 : 0));
    }

    internal static void CopyHandles(ReadOnlySpan<Tensor> tensors, nint* into)
    {
        for (int i = 0; i < tensors.Length; i++)
        {
            into[i] = tensors[i].Handle;
        }
    }
}
