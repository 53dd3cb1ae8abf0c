using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DataForge.Pretrain.Model;
using static TorchSharp.torch;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>The memory of contiguous tensors on the CPU; valid as long as the tensor lives.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>The elements of a float32 tensor.</summary>
    internal static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    /// <summary>The elements of an int64 tensor.</summary>
    internal static Span<long> Int64s(Tensor tensor) => MemoryMarshal.Cast<byte, long>(tensor.bytes);

    /// <summary>The first element of a float32 tensor. libtorch's memory does not move.</summary>
    internal static float* Pointer(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    /// <summary>The elements as a file holds them.</summary>
    internal static NamedWeights Named(string name, Tensor tensor) => new(name, tensor.shape, target => target.Write(tensor.bytes));

    /// <summary>Writes pieces into the tensor.</summary>
    internal static FloatReceiver Receiver(Tensor tensor) => (first, values) => values.CopyTo(Floats(tensor)[(int)first..]);
}
