namespace DataForge.Pretrain.Torch;

/// <content>The operators under PyTorch's names (https://pytorch.org/docs/stable/tensors.html); a trailing underscore means in
/// place.</content>
public readonly unsafe partial struct Tensor
{
    /// <summary>Elementwise sum, with broadcasting.</summary>
    public static Tensor operator +(Tensor a, Tensor b) => a.add(b);

    /// <summary>Elementwise difference, with broadcasting.</summary>
    public static Tensor operator -(Tensor a, Tensor b) => Ops.Sub.Call([a, b]);

    /// <summary>Elementwise product, with broadcasting.</summary>
    public static Tensor operator *(Tensor a, Tensor b) => Ops.Mul.Call([a, b]);

    /// <summary>Every element times a number.</summary>
    public static Tensor operator *(Tensor a, double b) => Ops.MulScalar.Call([a, b]);

    /// <summary>Elementwise quotient, with broadcasting.</summary>
    public static Tensor operator /(Tensor a, Tensor b) => Ops.Div.Call([a, b]);

    /// <summary>Elementwise sum, with broadcasting.</summary>
    public Tensor add(Tensor other) => Ops.Add.Call([this, other]);

    /// <summary>this += alpha · other, in place.</summary>
    public Tensor add_(Tensor other, double alpha = 1)
    {
        Ops.AddInPlace.Run([this, other, alpha]);
        return this;
    }

    /// <summary>this −= other, in place.</summary>
    public Tensor sub_(Tensor other)
    {
        Ops.SubInPlace.Run([this, other]);
        return this;
    }

    /// <summary>this *= other elementwise, in place.</summary>
    public Tensor mul_(Tensor other)
    {
        Ops.MulInPlace.Run([this, other]);
        return this;
    }

    /// <summary>this *= other, in place.</summary>
    public Tensor mul_(double other)
    {
        Ops.MulScalarInPlace.Run([this, other]);
        return this;
    }

    /// <summary>Replaces every element x by e to the power of x, in place.</summary>
    public Tensor exp_()
    {
        Ops.ExpInPlace.Run([this]);
        return this;
    }

    /// <summary>Sets every element to 0.</summary>
    public Tensor zero_()
    {
        Ops.ZeroInPlace.Run([this]);
        return this;
    }

    /// <summary>Sets every element to <paramref name="value"/>.</summary>
    public Tensor fill_(double value)
    {
        Ops.FillInPlace.Run([this, value]);
        return this;
    }

    /// <summary>
    /// Copies <paramref name="source"/>, converted to this type and device, in place. Non-blocking: from pinned memory to a GPU, without
    /// waiting.
    /// </summary>
    public Tensor copy_(Tensor source, bool nonBlocking = false)
    {
        Ops.Copy.Run([this, source, nonBlocking]);
        return this;
    }

    /// <summary>Sum of all elements, [].</summary>
    public Tensor sum() => Ops.Sum.Call([this]);

    /// <summary>Sum over one dimension, which is kept with size 1 on request.</summary>
    public Tensor sum(long dim, bool keepdim = false) => Ops.SumDims.Call([this, Value.List(&dim, 1), keepdim]);

    /// <summary>Sum over one dimension, computed in another element type.</summary>
    public Tensor sum(long dim, ScalarType dtype) => Ops.SumDims.Call([this, Value.List(&dim, 1), false, dtype]);

    /// <summary>Matrix product: [..., n, k] · [..., k, m] to [..., n, m].</summary>
    public Tensor matmul(Tensor other) => Ops.Matmul.Call([this, other]);

    /// <summary>Matrix product: [n, k] · [k, m] to [n, m].</summary>
    public Tensor mm(Tensor other) => Ops.Mm.Call([this, other]);

    /// <summary>this + a · b: [n, m] or [m] plus [n, k] · [k, m].</summary>
    public Tensor addmm(Tensor a, Tensor b) => Ops.Addmm.Call([this, a, b]);

    /// <summary>this = beta · this + a · b, in place.</summary>
    public Tensor addmm_(Tensor a, Tensor b, double beta = 1)
    {
        Ops.AddmmInPlace.Run([this, a, b, beta]);
        return this;
    }

    /// <summary>Batched matrix product: [b, n, k] · [b, k, m] to [b, n, m].</summary>
    public Tensor bmm(Tensor other) => Ops.Bmm.Call([this, other]);

    /// <summary>this = beta · this + a · b for each matrix of the batch, in place.</summary>
    public Tensor baddbmm_(Tensor a, Tensor b, double beta = 1)
    {
        Ops.BaddbmmInPlace.Run([this, a, b, beta]);
        return this;
    }

    /// <summary>The same elements in another shape, without copying; one size may be -1.</summary>
    public Tensor view(params ReadOnlySpan<long> shape)
    {
        fixed (long* sizes = shape)
        {
            return Ops.View.Call([this, Value.List(sizes, shape.Length)]);
        }
    }

    /// <summary>The same elements in another shape; copies where a view is not possible.</summary>
    public Tensor reshape(params ReadOnlySpan<long> shape)
    {
        fixed (long* sizes = shape)
        {
            return Ops.Reshape.Call([this, Value.List(sizes, shape.Length)]);
        }
    }

    /// <summary>A view with the dimensions in another order.</summary>
    public Tensor permute(params ReadOnlySpan<long> dims)
    {
        fixed (long* order = dims)
        {
            return Ops.Permute.Call([this, Value.List(order, dims.Length)]);
        }
    }

    /// <summary>A view of <paramref name="length"/> entries of one dimension.</summary>
    public Tensor narrow(long dim, long start, long length) => Ops.Narrow.Call([this, dim, start, length]);

    /// <summary>A view of one entry of a dimension, which is left out.</summary>
    public Tensor select(long dim, long position) => Ops.Select.Call([this, dim, position]);

    /// <summary>A view with two dimensions swapped.</summary>
    public Tensor transpose(long first, long second) => Ops.Transpose.Call([this, first, second]);

    /// <summary>The transpose of a matrix, a view.</summary>
    public Tensor t() => Ops.T.Call([this]);

    /// <summary>The same tensor with elements in row-major order; copies where they are not.</summary>
    public Tensor contiguous() => Ops.Contiguous.Call([this]);

    /// <summary>A copy.</summary>
    public Tensor clone() => Ops.Clone.Call([this]);

    /// <summary>The same elements without a gradient history.</summary>
    public Tensor detach() => Ops.Detach.Call([this]);

    /// <summary>A copy with another element type.</summary>
    public Tensor to(ScalarType dtype) => Ops.To.Call([this, dtype]);

    /// <summary>A copy on a device.</summary>
    public Tensor to(Device device) => Ops.To.Call([this, Value.None, Value.None, device]);

    /// <summary>Softmax over one dimension.</summary>
    public Tensor softmax(long dim) => Ops.Softmax.Call([this, dim, false]);

    /// <summary>Logarithm of the sum of exponentials over one dimension.</summary>
    public Tensor logsumexp(long dim, bool keepdim = false) => Ops.LogSumExp.Call([this, Value.List(&dim, 1), keepdim]);

    /// <summary>Picks entries of one dimension by index.</summary>
    public Tensor gather(long dim, Tensor indices) => Ops.Gather.Call([this, dim, indices]);

    /// <summary>Adds source to the entries of one dimension that the indices name, in place.</summary>
    public Tensor scatter_add_(long dim, Tensor indices, Tensor source)
    {
        Ops.ScatterAddInPlace.Run([this, dim, indices, source]);
        return this;
    }

    /// <summary>Adds the slices of source to the slices of one dimension that the indices name, in place.</summary>
    public Tensor index_add_(long dim, Tensor indices, Tensor source)
    {
        Ops.IndexAddInPlace.Run([this, dim, indices, source]);
        return this;
    }

    /// <summary>The value of a tensor with one element; on a GPU this waits for the device.</summary>
    public double item() => Ops.Item.CallScalar([this]);

    /// <summary>Makes autograd compute gradients with respect to this leaf.</summary>
    public Tensor requires_grad_(bool enabled = true)
    {
        Native.Check(Native.dft_set_requires_grad(Handle, enabled ? 1 : 0));
        return this;
    }

    /// <summary>The gradient accumulated so far; <c>default</c> where there is none.</summary>
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

    /// <summary>Writes the native handles of the tensors.</summary>
    internal static void CopyHandles(ReadOnlySpan<Tensor> tensors, nint* into)
    {
        for (int i = 0; i < tensors.Length; i++)
        {
            into[i] = tensors[i].Handle;
        }
    }
}
