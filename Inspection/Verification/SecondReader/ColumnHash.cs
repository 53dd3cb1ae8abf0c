using System.Numerics;
using System.Runtime.InteropServices;

namespace DataForge.Inspection.Verification.SecondReader;

/// <summary>
/// A hash of 64 bits over a column's values in one form for every reader: a value is its length and its bytes, a null the length −1, a
/// list the number of its elements and the elements. It finds differences between readers of files whose SHA-256 was checked, so it need
/// not withstand an attacker: two columns that differ in one word always differ in it, others with a probability of 1 in 2^64 do not.
/// </summary>
internal sealed class ColumnHash
{
    private const long Null = -1;

    // 2^64 divided by the golden ratio; any odd number keeps a step reversible.
    private const ulong Factor = 0x9E3779B97F4A7C15;

    /// <summary>The hash of what was added.</summary>
    public ulong Value { get; private set; }

    /// <summary>Adds a row without a value, or without a list.</summary>
    public void AddNull() => Step(unchecked((ulong)Null));

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> value)
    {
        AddLength(value.Length);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(value);
        ulong hash = Value;
        foreach (ulong word in words)
        {
            hash = Next(hash, word);
        }

        ulong last = 0;
        value[(words.Length * sizeof(ulong))..].CopyTo(MemoryMarshal.AsBytes(new Span<ulong>(ref last)));
        Value = Next(hash, last);
    }

    /// <summary>Adds a whole number, whatever its width in the file.</summary>
    public void Add(long value)
    {
        AddLength(sizeof(long));
        Step((ulong)value);
    }

    /// <summary>Adds a number, bit by bit.</summary>
    public void Add(double value) => Add(BitConverter.DoubleToInt64Bits(value));

    /// <summary>Adds text in UTF-16.</summary>
    public void Add(ReadOnlySpan<char> value) => Add(MemoryMarshal.AsBytes(value));

    /// <summary>Begins a list of so many elements, which are added next.</summary>
    public void AddLength(int length) => Step((ulong)length);

    private void Step(ulong word) => Value = Next(Value, word);

    private static ulong Next(ulong hash, ulong word) => (BitOperations.RotateLeft(hash, 5) ^ word) * Factor;
}
