using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace DataForge.Pretrain.Torch;

/// <summary>
/// Finds <c>libdataforge_torch.so</c>: in the folder that the environment variable <c>DATAFORGE_NATIVE</c> names, else in the nearest
/// <c>artifacts/native</c> (where the launcher compiles it) above the program, else beside the program.
/// </summary>
public static partial class NativeLibraryFinder
{
    internal const string Name = "dataforge_torch";
    private const int LastAmdFamilyTakenByFeatures = 0x19;
    private const int AbiVersion = 4;
    private const string FileName = "libdataforge_torch.so";
    private const string GlogFatalOnly = "3"; // glog's number for FATAL

    private const string Remedy = "run ./dataforge native, or Pretrain/Torch/native/build.sh artifacts/native, "
        + "to compile it against this machine's libtorch, or give pretrain.engine=torchsharp";

    /// <summary>The file that would be loaded, or null if there is none.</summary>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable("DATAFORGE_NATIVE") is { Length: > 0 } folder)
        {
            return Existing(Path.Combine(folder, FileName));
        }

        for (DirectoryInfo? above = new(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            if (Existing(Path.Combine(above.FullName, "artifacts", "native", FileName)) is { } found)
            {
                return found;
            }
        }

        return Existing(Path.Combine(AppContext.BaseDirectory, FileName));
    }

    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraryFinder).Assembly, Resolve);

    private static string? Existing(string path) => File.Exists(path) ? path : null;

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Name)
        {
            return 0;
        }

        LoadedEngine.Claim(TrainingEngine.Native);
        return Load(Find());
    }

    /// <summary>Loads one file and checks that it has this program's ABI version.</summary>
    /// <exception cref="TorchException">The file is missing, does not load, or has another version; the message says what to
    /// do.</exception>
    internal static unsafe nint Load(string? path)
    {
        if (path is null)
        {
            throw new TorchException($"{FileName} was not found; {Remedy}");
        }

        PrepareEnvironment();
        nint library;
        try
        {
            library = NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            throw new TorchException($"{path} does not load ({Reason(e.Message)}); {Remedy}", e);
        }
        catch (BadImageFormatException e)
        {
            throw new TorchException($"{path} is not a library of this machine ({Reason(e.Message)}); {Remedy}", e);
        }

        bool hasVersion = NativeLibrary.TryGetExport(library, "dft_abi_version", out nint version);
        if (!hasVersion || ((delegate* unmanaged<int>)version)() != AbiVersion)
        {
            throw new TorchException($"{path} was compiled from another version of the program; {Remedy}");
        }

        return library;
    }

    /// <summary>
    /// Sets environment variables that libtorch and its OpenMP read once when they load, unless the user has set them. They are set with
    /// libc, since .NET keeps its own copy of the environment.
    /// <list type="bullet">
    /// <item>libtorch 1.13 uses AVX2 for its elementwise kernels even where the processor has AVX-512, unless told otherwise; exp, tanh and
    /// softmax then run at about half the speed.</item>
    /// <item>GNU OpenMP's threads spin for milliseconds at a barrier before they sleep. Where another program uses the processors, each
    /// barrier then costs that program's whole time slice: a training step was measured to take 30 times as long. A thousand iterations
    /// (some microseconds) cost nothing on an idle machine.</item>
    /// <item>OpenBLAS chooses its kernels by the processor's model number, and those for SSE3 where it is older than the model: version
    /// 0.3.21 on an Emerald Rapids, where a training step then takes 3.2 times as long. So the kernels are named that processors of this
    /// kind get from every version that has them (https://github.com/OpenMathLib/OpenBLAS#setting-the-target-at-runtime). For AMD's
    /// families up to 0x19 (Zen 4), OpenBLAS looks at the features itself; for later families it does not, as of version 0.3.28
    /// (driver/others/dynamic.c there).</item>
    /// <item>c10d writes lines about failures to the terminal (through glog in Debian's build), in addition to the error shown here.</item>
    /// </list>
    /// </summary>
    internal static void PrepareEnvironment()
    {
        if (Processor.HasAvx512)
        {
            SetUnlessGiven("ATEN_CPU_CAPABILITY", "avx512");
        }

        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
        {
            SetUnlessGiven("GOMP_SPINCOUNT", "1000");
        }

        bool isTakenByModel = Processor.IsIntel || (Processor.IsAmd && Processor.Family > LastAmdFamilyTakenByFeatures);
        if (isTakenByModel && (Processor.HasAvx512 || (Avx2.IsSupported && Fma.IsSupported)))
        {
            SetUnlessGiven("OPENBLAS_CORETYPE", Processor.HasAvx512 ? "SkylakeX" : "Haswell");
        }

        SetUnlessGiven("GLOG_minloglevel", GlogFatalOnly);
        SetUnlessGiven("TORCH_CPP_LOG_LEVEL", "FATAL");
    }

    private static void SetUnlessGiven(string name, string value) => _ = setenv(name, value, overwrite: 0);

    /// <summary>The message of the system's loader (which library is missing); .NET puts a line of its own before it.</summary>
    private static string Reason(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length > 1 ? lines[1] : text.Trim();
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
