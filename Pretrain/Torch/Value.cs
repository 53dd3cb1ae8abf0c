using System.Runtime.InteropServices;

namespace DataForge.Pretrain.Torch;

/// <summary>
/// One tagged argument or result of an operator: 24 bytes, as in <c>native/dataforge_torch.cpp</c>. Pointers in it must outlive the call.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public readonly unsafe struct Value
{
    /// <summary>What the other fields hold; the numbers are those of <c>native/dataforge_torch.cpp</c>.</summary>
    internal enum Kind : long
    {
        None = 0, Tensor = 1, Int = 2, Double = 3, Bool = 4, String = 5, IntList = 6, DoubleList = 7, BoolList = 8, TensorList = 9,
        OptionalTensors = 10, Device = 11, Default = 12,
    }

    [FieldOffset(0)]
    internal readonly Kind Tag;
    [FieldOffset(8)]
    internal readonly long Integer;
    [FieldOffset(8)]
    internal readonly double Real;
    [FieldOffset(16)]
    internal readonly long Length;

    private Value(Kind tag, long integer, long length = 0)
    {
        Tag = tag;
        Integer = integer;
        Length = length;
    }

    private Value(double real)
    {
        Tag = Kind.Double;
        Real = real;
    }

    /// <summary>None, for an optional argument.</summary>
    public static Value None => default;

    /// <summary>The undefined tensor, for an argument of type Tensor, not Tensor?.</summary>
    public static Value Undefined => new(Kind.Tensor, 0);

    /// <summary>The default that the operator's schema gives for this argument.</summary>
    public static Value Default => new(Kind.Default, 0);

    /// <summary>A tensor; the undefined one (<c>default</c>) is passed as None.</summary>
    public static implicit operator Value(Tensor tensor) => tensor.IsNull ? None : new(Kind.Tensor, tensor.Handle);

    /// <summary>An int, an integer Scalar, or an enumeration such as dtype.</summary>
    public static implicit operator Value(long value) => new(Kind.Int, value);

    /// <summary>A float or a floating Scalar.</summary>
    public static implicit operator Value(double value) => new(value);

    /// <summary>A bool.</summary>
    public static implicit operator Value(bool value) => new(Kind.Bool, value ? 1 : 0);

    /// <summary>An element type.</summary>
    public static implicit operator Value(ScalarType type) => new(Kind.Int, (long)type);

    /// <summary>A device.</summary>
    public static implicit operator Value(Device device) => new(Kind.Device, ((long)device.Type << 16) | (uint)(device.Index & 0xFFFF));

    /// <summary>An int[] at a pinned or stack address.</summary>
    public static Value List(long* values, int count) => new(Kind.IntList, (long)values, count);

    /// <summary>A bool[] at a pinned or stack address.</summary>
    public static Value List(bool* values, int count) => new(Kind.BoolList, (long)values, count);

    /// <summary>A Tensor[] whose handles (<see cref="Tensor.Handle"/>) are at a pinned or stack address.</summary>
    public static Value List(nint* handles, int count) => new(Kind.TensorList, (long)handles, count);

    /// <summary>A Tensor?[] (indices), 0 for None, whose handles are at a pinned or stack address.</summary>
    public static Value OptionalList(nint* handles, int count) => new(Kind.OptionalTensors, (long)handles, count);

    /// <summary>A str, UTF-8, at a pinned or stack address (a <c>"…"u8</c> literal is one).</summary>
    public static Value String(byte* utf8, int length) => new(Kind.String, (long)utf8, length);
}
