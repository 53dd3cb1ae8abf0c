using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace DataForge.Pretrain.Model;

/// <summary>One tensor of a file.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Dtype">Its type by safetensors' name: F32, I64, BOOL, ...</param>
/// <param name="Shape">Sizes of its dimensions.</param>
/// <param name="Begin">Its first byte, counted from the end of the header.</param>
/// <param name="End">The byte after its last.</param>
public sealed record SafeTensorEntry(string Name, string Dtype, long[] Shape, long Begin, long End)
{
    /// <summary>Number of elements.</summary>
    public long Numel => Shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>
/// Reads a safetensors file (https://github.com/huggingface/safetensors#format): u64 little-endian header length, JSON header, raw data.
/// Files are not trusted, so every length and offset is checked before it is used: tensors must have the size that their shape says, and
/// must cover the data without gap or overlap.
/// </summary>
public sealed class SafeTensors : IDisposable
{
    private const long MaxHeader = 100_000_000; // the reference implementation's limit (safetensors/src/tensor.rs, MAX_HEADER_SIZE)
    private readonly SafeFileHandle _file;
    private readonly long _dataStart;
    private readonly Dictionary<string, SafeTensorEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="InvalidDataException">It is not a valid safetensors file; the message names the file and the fault.</exception>
    public SafeTensors(string path)
    {
        Path = path;
        _file = File.OpenHandle(path);
        try
        {
            long length = RandomAccess.GetLength(_file);
            Span<byte> prefix = stackalloc byte[8];
            Require(length >= 8 && RandomAccess.Read(_file, prefix, 0) == 8, "it is shorter than 8 bytes");
            ulong header = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            Require(header <= MaxHeader && (long)header <= length - 8, $"its header claims {header} bytes");
            _dataStart = 8 + (long)header;
            byte[] json = new byte[(int)header];
            ReadExactly(json, 8);
            using JsonDocument document = JsonDocument.Parse(json);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                ReadEntry(property);
            }

            CheckCoverage(length - _dataStart);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException
            or OverflowException)
        {
            _file.Dispose();
            throw Invalid(e.Message);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>The tensors, by name.</summary>
    public IReadOnlyDictionary<string, SafeTensorEntry> Entries => _entries;

    /// <summary>The strings under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Bytes of one element of a type; 0 for an unknown type.</summary>
    public static int ElementSize(string dtype) => dtype switch
    {
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" => 1,
        "I16" or "U16" or "F16" or "BF16" => 2,
        "I32" or "U32" or "F32" => 4,
        "I64" or "U64" or "F64" => 8,
        _ => 0,
    };

    /// <summary>Reads elements of an F32, F16 or BF16 tensor as float32, from element <paramref name="first"/> on.</summary>
    /// <exception cref="InvalidDataException">The tensor has another type or fewer elements, or the file is cut short.</exception>
    public void ReadFloats(SafeTensorEntry entry, long first, Span<float> into)
    {
        long offset = _dataStart + entry.Begin;
        Require(first >= 0 && first + into.Length <= entry.Numel, $"{entry.Name} has {entry.Numel} elements");
        if (entry.Dtype == "F32")
        {
            ReadExactly(MemoryMarshal.AsBytes(into), offset + (first * 4));
            return;
        }

        Require(entry.Dtype is "F16" or "BF16", $"{entry.Name} is {entry.Dtype}, not a kind of float");
        ushort[] rented = ArrayPool<ushort>.Shared.Rent(into.Length);
        Span<ushort> bits = rented.AsSpan(0, into.Length);
        ReadExactly(MemoryMarshal.AsBytes(bits), offset + (first * 2));
        bool isHalf = entry.Dtype == "F16";
        for (int i = 0; i < bits.Length; i++)
        {
            into[i] = isHalf ? (float)BitConverter.UInt16BitsToHalf(bits[i]) : BitConverter.UInt32BitsToSingle((uint)bits[i] << 16);
        }

        ArrayPool<ushort>.Shared.Return(rented);
    }

    /// <summary>All elements of a float tensor, in a new array.</summary>
    public float[] ReadFloats(string name)
    {
        SafeTensorEntry entry = Entry(name);
        var values = new float[checked((int)entry.Numel)];
        ReadFloats(entry, 0, values);
        return values;
    }

    /// <summary>All elements of an I64 tensor, in a new array.</summary>
    public long[] ReadInt64s(string name)
    {
        SafeTensorEntry entry = Entry(name);
        Require(entry.Dtype == "I64", $"{name} is {entry.Dtype}, not I64");
        var values = new long[checked((int)entry.Numel)];
        ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()), _dataStart + entry.Begin);
        return values;
    }

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public SafeTensorEntry Entry(string name) =>
        _entries.TryGetValue(name, out SafeTensorEntry? entry) ? entry : throw Invalid($"it holds no tensor {name}");

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>An exception that says what is wrong with the file.</summary>
    internal InvalidDataException Invalid(string what) => new($"{Path} is not usable: {what}");

    private void ReadEntry(JsonProperty property)
    {
        if (property.NameEquals("__metadata__"))
        {
            foreach (JsonProperty pair in property.Value.EnumerateObject())
            {
                _metadata[pair.Name] = pair.Value.GetString() ?? "";
            }

            return;
        }

        JsonElement offsets = property.Value.GetProperty("data_offsets");
        Require(offsets.GetArrayLength() == 2, $"{property.Name} has {offsets.GetArrayLength()} offsets");
        SafeTensorEntry entry = new(
            property.Name,
            property.Value.GetProperty("dtype").GetString() ?? "",
            [.. property.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())],
            offsets[0].GetInt64(),
            offsets[1].GetInt64());
        int elementSize = ElementSize(entry.Dtype);
        Require(elementSize > 0, $"{entry.Name} has the unknown type {entry.Dtype}");
        Require(entry.Shape.Length <= 8 && entry.Shape.All(size => size >= 0), $"{entry.Name} has a shape that is none");
        long bytes = entry.Shape.Aggregate((long)elementSize, (product, size) => checked(product * size));
        bool fits = entry.Begin >= 0 && entry.End >= entry.Begin && entry.End - entry.Begin == bytes;
        Require(fits, $"{entry.Name} takes {bytes} bytes, its offsets say otherwise");
        Require(_entries.TryAdd(entry.Name, entry), $"{entry.Name} comes twice");
    }

    private void CheckCoverage(long length)
    {
        long at = 0;
        foreach (SafeTensorEntry entry in _entries.Values.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            Require(entry.Begin == at, $"its data has a hole or an overlap at {entry.Name}");
            at = entry.End;
        }

        Require(at == length, $"its tensors take {at} bytes where {length} follow the header");
    }

    private void ReadExactly(Span<byte> into, long offset)
    {
        while (into.Length > 0)
        {
            int read = RandomAccess.Read(_file, into, offset);
            Require(read > 0, "it is cut short");
            into = into[read..];
            offset += read;
        }
    }

    private void Require(bool good, string fault)
    {
        if (!good)
        {
            throw Invalid(fault);
        }
    }
}
