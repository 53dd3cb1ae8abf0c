using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Model;

/// <summary>
/// Writes float32 tensors as a safetensors file. The same tensors give the same bytes: names are in ordinal order, and the header is padded
/// with spaces to a multiple of 8, so that the data is aligned.
/// </summary>
public static class SafeTensorsWriter
{
    private const int Chunk = 1 << 22; // elements written at a time: 16 MB

    /// <summary>Writes a file to a stream, from its current position.</summary>
    /// <param name="target">The stream.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="metadata">Entries of <c>__metadata__</c> besides <c>format: pt</c>, without which Hugging Face's loader fails.</param>
    public static void Write(
        Stream target, IEnumerable<NamedWeights> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        var sorted = tensors.OrderBy(t => t.Name, StringComparer.Ordinal).ToList();
        byte[] header = Header(sorted.Select(t => (t.Name, t.Shape)), metadata ?? new Dictionary<string, string>());
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        target.Write(length);
        target.Write(header);
        foreach (NamedWeights tensor in sorted)
        {
            tensor.WriteTo(target);
        }
    }

    /// <summary>A contiguous float32 tensor under a name; from a GPU it is copied a chunk at a time.</summary>
    internal static NamedWeights Named(string name, IReadOnlyList<long> shape, Tensor values) =>
        new(name, shape, target => WriteValues(target, values));

    private static void WriteValues(Stream target, Tensor values)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor flat = values.view(-1); // [elements]
        for (long first = 0, total = flat.Numel; first < total; first += Chunk)
        {
            using DisposeScope inner = torch.NewDisposeScope();
            Tensor part = flat.narrow(0, first, Math.Min(Chunk, total - first));
            target.Write(MemoryMarshal.AsBytes(part.to(Device.CPU).AsSpan<float>()));
        }
    }

    private static byte[] Header(
        IEnumerable<(string Name, IReadOnlyList<long> Shape)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach ((string key, string value) in metadata.Append(new("format", "pt")).OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            long at = 0;
            foreach ((string name, IReadOnlyList<long> shape) in tensors)
            {
                long end = at + shape.Aggregate(4L, (product, size) => checked(product * size));
                json.WriteStartObject(name);
                json.WriteString("dtype", "F32");
                WriteNumbers(json, "shape", shape);
                WriteNumbers(json, "data_offsets", [at, end]);
                json.WriteEndObject();
                at = end;
            }

            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
