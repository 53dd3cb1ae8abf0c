using System.Runtime.InteropServices;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>
/// Loads TorchSharp's native library and its libtorch from their folders (<see cref="NativePackage.Find()"/>). libtorch takes 500 MB, so a
/// build does not copy it.
/// </summary>
internal static partial class TorchSharpLibrary
{
    private const int TrimThreshold = -1; // mallopt's parameters, from glibc's malloc.h
    private const int TopPad = -2;
    private const int MmapThreshold = -3;

    private static readonly Lazy<bool> Loading = new(LoadOnce);

    /// <summary>Loads both, once; to be called before TorchSharp's first use.</summary>
    /// <exception cref="TorchException">They are not there or do not load; the message says what to do.</exception>
    internal static void Load() => _ = Loading.Value;

    /// <summary>
    /// Makes the C library keep freed memory instead of returning it to the system: a step frees and allocates the same large blocks
    /// again and again, and each new one would cost a page fault per 4 KB.
    /// </summary>
    internal static void KeepFreedMemory()
    {
        _ = mallopt(MmapThreshold, 32 << 20); // the most that glibc takes
        _ = mallopt(TrimThreshold, int.MaxValue);
        _ = mallopt(TopPad, 64 << 20);
    }

    private static bool LoadOnce()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            throw new TorchException("the torchsharp engine comes for Linux on x86-64 only; use the native engine here");
        }

        LoadedEngine.Claim(TrainingEngine.TorchSharp);
        string libtorch = Find(NativePackage.Libtorch);
        string binding = Find(NativePackage.TorchSharp);
        NativeLibraryFinder.PrepareEnvironment();
        try
        {
            // The loader finds a library by its name where one of that name is loaded: the binding then needs no search path.
            NativeLibrary.Load(libtorch);
            LoadBinding(binding);
        }
        catch (DllNotFoundException e)
        {
            throw new TorchException($"the torchsharp engine does not load ({e.Message.ReplaceLineEndings(" ").Trim()})", e);
        }

        return true;
    }

    private static void LoadBinding(string path)
    {
        if (!NativeLibrary.TryLoad(path, out _))
        {
            VersionRequirement.LoadWithout(path, "GLIBCXX_3.4.32"); // libstdc++ is older than GCC 13's
        }
    }

    private static string Find(NativePackage package) => package.Find() ?? throw new TorchException(
        $"{package.Library} of the package {package.Id} {package.Version} is not in {NativePackage.PackagesFolder}; restore the project "
        + $"(dotnet restore), or name its folder in {NativePackage.FolderVariable}");

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
