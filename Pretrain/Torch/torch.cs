using System.Runtime.InteropServices;

namespace DataForge.Pretrain.Torch;

#pragma warning disable CS8981 // a lower-case name, as in PyTorch and TorchSharp, so that model code reads like theirs
/// <summary>Factories and process-wide settings, under PyTorch's names.</summary>
public static unsafe class torch
{
    /// <summary>The version of libtorch that the native library was compiled against, such as <c>1.13.0</c>.</summary>
    /// <exception cref="TorchException">There is no usable native library; the message says what to do.</exception>
    public static string Version => Marshal.PtrToStringUTF8((nint)Native.dft_libtorch_version())!;

    /// <summary>Native references held by managed code; a leak makes it grow.</summary>
    public static long LiveTensors => Native.dft_live_tensors();

    /// <summary>Whether a CUDA device can be used.</summary>
    public static bool CudaAvailable => Native.dft_has_cuda() != 0;

    /// <summary>Opens a scope that owns every tensor created on this thread until it is disposed.</summary>
    public static DisposeScope NewDisposeScope() => new(ScopeFrame.Open());

    /// <summary>Switches autograd off on this thread, until disposed.</summary>
    public static GradMode no_grad() => new(false);

    /// <summary>Switches autograd on on this thread, until disposed.</summary>
    public static GradMode enable_grad() => new(true);

    /// <summary>Seeds libtorch's own random generators.</summary>
    public static void manual_seed(ulong seed) => Native.Check(Native.dft_manual_seed(seed));

    /// <summary>Sets how many threads an operator may use; call it on the thread that calls operators.</summary>
    public static void set_num_threads(int threads) => Native.Check(Native.dft_set_threads(threads));

    /// <summary>How many threads an operator may use.</summary>
    public static int get_num_threads() => Native.dft_get_threads();

    /// <summary>
    /// Makes the C library keep freed memory instead of returning it to the system: a training step frees and allocates the same large
    /// blocks again and again, and each new one would cost a page fault per 4 KB.
    /// </summary>
    public static void KeepFreedMemory() => Native.dft_keep_memory();

    /// <summary>A tensor of this shape with uninitialised elements.</summary>
    public static Tensor empty(ReadOnlySpan<long> shape, ScalarType dtype = ScalarType.Float32, Device device = default)
    {
        fixed (long* sizes = shape)
        {
            return Ops.Empty.Call([Value.List(sizes, shape.Length), dtype, Value.None, device]);
        }
    }

    /// <summary>A tensor of zeros in page-locked main memory, which a GPU can copy from and to asynchronously.</summary>
    public static Tensor pinned(ReadOnlySpan<long> shape, ScalarType dtype)
    {
        fixed (long* sizes = shape)
        {
            return Ops.Zeros.Call([Value.List(sizes, shape.Length), dtype, Value.None, Device.CPU, true]);
        }
    }

    /// <summary>A tensor of this shape, all zero.</summary>
    public static Tensor zeros(ReadOnlySpan<long> shape, ScalarType dtype = ScalarType.Float32, Device device = default)
    {
        fixed (long* sizes = shape)
        {
            return Ops.Zeros.Call([Value.List(sizes, shape.Length), dtype, Value.None, device]);
        }
    }

    /// <summary>A tensor of this shape, every element <paramref name="value"/>.</summary>
    public static Tensor full(ReadOnlySpan<long> shape, double value, ScalarType dtype = ScalarType.Float32, Device device = default)
    {
        fixed (long* sizes = shape)
        {
            return Ops.Full.Call([Value.List(sizes, shape.Length), value, dtype, Value.None, device]);
        }
    }

    /// <summary>A copy of managed values, on the CPU.</summary>
    public static Tensor tensor(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        FromValues(values, shape, ScalarType.Float32);

    /// <summary>A copy of managed values, on the CPU.</summary>
    public static Tensor tensor(ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
        FromValues(values, shape, ScalarType.Int64);

    /// <summary>A copy of managed values widened to 64 bits (the type that indices must have), on the CPU.</summary>
    public static Tensor tensor(ReadOnlySpan<int> values, params ReadOnlySpan<long> shape)
    {
        Tensor result = empty(shape, ScalarType.Int64);
        Span<long> target = result.AsSpan<long>();
        CheckCount(values.Length, target.Length);
        for (int i = 0; i < values.Length; i++)
        {
            target[i] = values[i];
        }

        return result;
    }

    /// <summary>Gradients of the sum of the outputs with respect to the inputs; <c>default</c> for an unused input.</summary>
    public static Tensor[] grad(ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor> inputs, bool retainGraph = false)
    {
        nint* from = stackalloc nint[outputs.Length];
        nint* to = stackalloc nint[inputs.Length];
        nint* found = stackalloc nint[inputs.Length];
        Tensor.CopyHandles(outputs, from);
        Tensor.CopyHandles(inputs, to);
        Native.Check(Native.dft_autograd_grad(from, outputs.Length, to, inputs.Length, null, retainGraph ? 1 : 0, found));
        var results = new Tensor[inputs.Length];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = TensorTable.Add(found[i]);
        }

        return results;
    }

    private static Tensor FromValues<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> shape, ScalarType dtype)
        where T : unmanaged
    {
        Tensor result = empty(shape, dtype);
        Span<T> target = result.AsSpan<T>();
        CheckCount(values.Length, target.Length);
        values.CopyTo(target);
        return result;
    }

    private static void CheckCount(int given, int wanted)
    {
        if (given != wanted)
        {
            throw new ArgumentException($"{given} values for a tensor of {wanted} elements");
        }
    }
}
#pragma warning restore CS8981

/// <summary>Autograd switched on or off on this thread; <see cref="Dispose"/> restores the state before.</summary>
public readonly ref struct GradMode
{
    private readonly int _before;

    internal GradMode(bool enabled) => _before = Native.dft_grad_mode(enabled ? 1 : 0);

    /// <summary>Restores the state before.</summary>
    public void Dispose() => Native.dft_grad_mode(_before);
}
