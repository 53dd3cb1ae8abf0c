namespace DataForge.Pretrain.Torch;

/// <summary>Element types, numbered as <c>c10::ScalarType</c> numbers them.</summary>
public enum ScalarType : sbyte
{
    /// <summary>8 bits, unsigned.</summary>
    Byte = 0,

    /// <summary>32 bits, signed.</summary>
    Int32 = 3,

    /// <summary>64 bits, signed.</summary>
    Int64 = 4,

    /// <summary>IEEE binary16.</summary>
    Float16 = 5,

    /// <summary>IEEE binary32.</summary>
    Float32 = 6,

    /// <summary>IEEE binary64.</summary>
    Float64 = 7,

    /// <summary>One byte, 0 or 1.</summary>
    Bool = 11,

    /// <summary>The upper 16 bits of a binary32.</summary>
    BFloat16 = 15,
}

/// <summary>The kind of memory a tensor is in.</summary>
public enum DeviceType
{
    /// <summary>Main memory.</summary>
    CPU = 0,

    /// <summary>An NVIDIA GPU.</summary>
    CUDA = 1,
}

/// <summary>A device: its kind, and which one of the kind (-1: the current one).</summary>
public readonly record struct Device(DeviceType Type, int Index = -1)
{
    /// <summary>Main memory.</summary>
    public static Device CPU => new(DeviceType.CPU);

    /// <summary>Parses <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c> with N from 0 to 255.</summary>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static Device Parse(string text)
    {
        if (text == "cpu")
        {
            return CPU;
        }

        string[] parts = text.Split(':');
        int index = -1;
        bool hasIndex = parts.Length == 2 && int.TryParse(parts[1], out index) && index is >= 0 and < 256;
        return parts[0] == "cuda" && (parts.Length == 1 || hasIndex)
            ? new Device(DeviceType.CUDA, index)
            : throw new FormatException($"device '{text}' is none of cpu, cuda, cuda:N");
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Type == DeviceType.CPU ? "cpu" : Index < 0 ? "cuda" : $"cuda:{Index}";
}
