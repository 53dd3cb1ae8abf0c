using System.Globalization;
using System.Runtime.InteropServices;
using DataForge.Pretrain.Tests.Training;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Tests.Torch;

/// <summary>The processor's features, compared with what Linux says of them.</summary>
public class ProcessorTests
{
    private const string Information = "/proc/cpuinfo";
    private static readonly string[] CoresWithoutAvx = ["Prescott", "Core2", "Penryn", "Dunnington", "Nehalem", "Atom", "Banias", "Katmai", "Coppermine", "Northwood"];

    [Fact]
    public void Features_ofThisProcessor_areLinuxs()
    {
        Assert.SkipWhen(RuntimeInformation.ProcessArchitecture != Architecture.X64 || !File.Exists(Information), $"{Information} is not here");
        HashSet<string> flags = Flags();
        Assert.Equal(flags.Contains("amx_bf16"), Processor.HasAmxBFloat16);
        Assert.Equal(flags.IsSupersetOf(["avx512f", "avx512bw", "avx512dq", "avx512vl"]), Processor.HasAvx512);
        Assert.Equal(Field("vendor_id") == "GenuineIntel", Processor.IsIntel);
        Assert.Equal(Field("vendor_id") == "AuthenticAMD", Processor.IsAmd);
        Assert.Equal(Field("cpu family"), Processor.Family.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public unsafe void OpenBlas_anyProcessorWithAvx2_usesItsVectors()
    {
        NativeTorch.SkipWithoutLibrary();
        _ = torch.Version; // loads the native engine, and with it libtorch's BLAS
        Assert.SkipWhen(
            !NativeLibrary.TryLoad("libopenblas.so.0", out nint library) || !NativeLibrary.TryGetExport(library, "openblas_get_corename", out _),
            "OpenBLAS is not here");
        Assert.SkipWhen(!File.Exists(Information) || !Flags().Contains("avx2"), $"{Information} is not here, or has no avx2");
        var name = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(library, "openblas_get_corename");
        Assert.DoesNotContain(Marshal.PtrToStringUTF8((nint)name()), CoresWithoutAvx);
    }

    private static HashSet<string> Flags() => [.. Field("flags").Split(' ')];

    private static string Field(string name) =>
        File.ReadLines(Information).First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(':', 2)[1].Trim();
}
