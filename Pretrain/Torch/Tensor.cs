using System.Runtime.CompilerServices;

namespace DataForge.Pretrain.Torch;

/// <summary>
/// A tensor of libtorch. The value is a reference: copies of it refer to the same tensor. It is released by <see cref="Dispose"/> or with
/// the <see cref="DisposeScope"/> that owns it, whichever comes first; later uses throw <see cref="ObjectDisposedException"/>.
/// <c>default</c> is the undefined tensor, passed to operators as None. Names follow TorchSharp's and PyTorch's.
/// </summary>
public readonly unsafe partial struct Tensor : IDisposable, IEquatable<Tensor>
{
    private readonly int _index;
    private readonly int _generation;

    internal Tensor(int index, int generation)
    {
        _index = index;
        _generation = generation;
    }

    /// <summary>Whether this is the undefined tensor.</summary>
    public bool IsNull => _index == 0;

    /// <summary>Whether the tensor was disposed, alone or with its scope.</summary>
    public bool IsDisposed => _index != 0 && !TensorTable.IsAlive(_index, _generation);

    /// <summary>The number of dimensions.</summary>
    public int Dim => Describe().Dim;

    /// <summary>The number of elements.</summary>
    public long Numel => Describe().Numel;

    /// <summary>The element type.</summary>
    public ScalarType Dtype => Describe().Dtype;

    /// <summary>The device whose memory holds the elements.</summary>
    public Device Device => Describe().Device;

    /// <summary>The sizes of all dimensions, in a new array.</summary>
    public long[] Shape
    {
        get
        {
            TensorInfo info = Describe();
            var shape = new long[info.Dim];
            for (int i = 0; i < shape.Length; i++)
            {
                shape[i] = info.Size(i);
            }

            return shape;
        }
    }

    /// <summary>The native reference.</summary>
    internal nint Handle => TensorTable.Handle(_index, _generation);

    /// <summary>The size of one dimension; negative ones count from the end.</summary>
    public long Size(int dim)
    {
        TensorInfo info = Describe();
        int at = dim < 0 ? dim + info.Dim : dim;
        return (uint)at < (uint)info.Dim
            ? info.Size(at)
            : throw new ArgumentOutOfRangeException(nameof(dim), $"dimension {dim} of a tensor with {info.Dim}");
    }

    /// <summary>The elements in place, of a contiguous tensor in main memory; valid while the tensor is.</summary>
    /// <exception cref="InvalidOperationException">The tensor has another element size, is not contiguous, or is on a GPU.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        TensorInfo info = Describe();
        if (info.Device.Type != DeviceType.CPU || !info.IsContiguous || info.ElementSize != sizeof(T) || info.Numel > int.MaxValue)
        {
            throw new InvalidOperationException(
                $"a {info.Dtype} tensor of {info.Numel} elements on {info.Device} (contiguous: {info.IsContiguous}) "
                + $"has no span of {typeof(T).Name}");
        }

        return new Span<T>(Native.dft_data_ptr(Handle), (int)info.Numel);
    }

    /// <summary>Releases the tensor. Doing so twice is allowed.</summary>
    public void Dispose() => TensorTable.Free(_index, _generation);

    /// <summary>
    /// Moves the tensor to the scope around the innermost one; where there is none, only <see cref="Dispose"/> releases it.
    /// </summary>
    public Tensor MoveToOuterDisposeScope()
    {
        TensorTable.Move(_index, _generation, ScopeFrame.Current?.Outer);
        return this;
    }

    /// <summary>Takes the tensor out of its scope: from now on only <see cref="Dispose"/> releases it.</summary>
    public Tensor DetachFromDisposeScope()
    {
        TensorTable.Move(_index, _generation, null);
        return this;
    }

    /// <summary>A second, independently owned reference to the same tensor.</summary>
    public Tensor Alias() => TensorTable.Add(Native.dft_retain(Handle));

    /// <inheritdoc/>
    public bool Equals(Tensor other) => _index == other._index && _generation == other._generation;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_index, _generation);

    /// <summary>Dtype, sizes and device, for messages.</summary>
    public override string ToString() =>
        IsNull ? "undefined" : IsDisposed ? "disposed" : $"{Dtype}[{string.Join(", ", Shape)}] on {Device}";

    /// <summary>Type, sizes and device, in one native call.</summary>
    internal TensorInfo Describe()
    {
        TensorInfo info;
        Native.Check(Native.dft_describe(Handle, (long*)&info));
        return info;
    }
}

/// <summary>What <c>dft_describe</c> writes: 24 numbers of 64 bits, up to eight sizes and strides among them.</summary>
internal readonly struct TensorInfo
{
    private readonly long _dtype;
    private readonly long _deviceType;
    private readonly long _deviceIndex;
    private readonly long _elementSize;
    private readonly long _numel;
    private readonly long _contiguous;
    private readonly long _requiresGrad;
    private readonly long _dim;
    private readonly EightLongs _sizes;
    private readonly EightLongs _strides;

    internal ScalarType Dtype => (ScalarType)_dtype;

    internal Device Device => new((DeviceType)_deviceType, (int)_deviceIndex);

    internal int ElementSize => (int)_elementSize;

    internal long Numel => _numel;

    internal bool IsContiguous => _contiguous != 0;

    internal bool RequiresGrad => _requiresGrad != 0;

    internal int Dim => (int)_dim;

    internal long Size(int i) => _sizes[i];

    internal long Stride(int i) => _strides[i];

    [InlineArray(8)]
    private struct EightLongs
    {
        private long _first;
    }
}
