using System.Runtime.InteropServices;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.TorchSharp;

/// <summary>
/// Loads TorchSharp's native library and its libtorch from where they lie: the folder that <c>DATAFORGE_LIBTORCH</c> names, the
/// program's own folder, or the NuGet packages. libtorch takes 500 MB, so a build does not copy it.
/// </summary>
internal static partial class TorchSharpLibrary
{
    /// <summary>The version of the package libtorch-cpu-linux-x64, as Directory.Packages.props has it.</summary>
    internal const string LibtorchVersion = "2.10.0";

    /// <summary>The version of the package TorchSharp, as Directory.Packages.props has it.</summary>
    internal const string TorchSharpVersion = "0.107.0";

    private const string FolderVariable = "DATAFORGE_LIBTORCH";
    private const string NativeAssets = "runtimes/linux-x64/native";
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
        string libtorch = Find("libtorch-cpu-linux-x64", LibtorchVersion, "libtorch.so");
        string binding = Find("torchsharp", TorchSharpVersion, "libLibTorchSharp.so");
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

    private static string Find(string package, string version, string file)
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string[] folders =
        [
            Environment.GetEnvironmentVariable(FolderVariable) ?? "",
            AppContext.BaseDirectory,
            Path.Combine(AppContext.BaseDirectory, NativeAssets),
            Path.Combine(packages, package, version, NativeAssets),
        ];
        return folders.Where(place => place.Length > 0).Select(place => Path.Combine(place, file)).FirstOrDefault(File.Exists)
            ?? throw new TorchException(
                $"{file} of the package {package} {version} is not in {packages}; restore the project (dotnet restore), "
                + $"or name its folder in {FolderVariable}");
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
