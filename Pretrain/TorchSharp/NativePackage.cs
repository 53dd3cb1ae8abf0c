namespace DataForge.Pretrain.TorchSharp;

/// <summary>A NuGet package from which a native library is loaded.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Version">Its version, as Directory.Packages.props has it.</param>
/// <param name="ContentHash">The hash of its content, as packages.lock.json has it.</param>
/// <param name="Library">The library's file.</param>
internal sealed record NativePackage(string Id, string Version, string ContentHash, string Library)
{
    /// <summary>The environment variable that names a folder with the libraries of both packages.</summary>
    internal const string FolderVariable = "DATAFORGE_LIBTORCH";

    private const string NativeAssets = "runtimes/linux-x64/native";

    /// <summary>libtorch for the CPU.</summary>
    internal static readonly NativePackage Libtorch = new(
        "libtorch-cpu-linux-x64", "2.10.0", "YGd/F5T77Urmui3LeXOgXP8xqY+RpSZFcMBwV+tBDYMMtxppKyi8O4ajnWSNSmlSctr6KGvSmfGRhmxRGYfbuA==",
        "libtorch.so");

    /// <summary>TorchSharp's binding to it.</summary>
    internal static readonly NativePackage TorchSharp = new(
        "TorchSharp", "0.107.0", "HGxs37FGN+JNuLiSeAqc6jGwjDuZepEkq7+FYv1ideNoYy1VsUpky9JEDKviwbR/vCXHLjOwdzHVzJv/snyLwA==",
        "libLibTorchSharp.so");

    /// <summary>Both.</summary>
    internal static readonly IReadOnlyList<NativePackage> All = [Libtorch, TorchSharp];

    /// <summary>NuGet's folder of packages.</summary>
    internal static string PackagesFolder => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>
    /// The library's path: in the folder that <see cref="FolderVariable"/> names, beside the program, or in NuGet's folder; null if it
    /// is in none of them.
    /// </summary>
    internal string? Find() => Find(PackagesFolder);

    /// <summary>The same with another folder for NuGet's.</summary>
    internal string? Find(string packages)
    {
        bool isInstalled = File.Exists(MetadataFile(packages)); // NuGet writes it last
        string?[] places =
        [
            Environment.GetEnvironmentVariable(FolderVariable),
            AppContext.BaseDirectory,
            Path.Combine(AppContext.BaseDirectory, NativeAssets),
            isInstalled ? Path.Combine(Folder(packages), NativeAssets) : null,
        ];
        return places.Where(place => !string.IsNullOrEmpty(place)).Select(place => Path.Combine(place!, Library))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>The reference that makes NuGet download it, without what it depends on.</summary>
    internal string Reference => $"<PackageDownload Include=\"{Id}\" Version=\"[{Version}]\" />";

    /// <summary>What NuGet wrote of the package in its folder: its content's hash among it.</summary>
    internal string MetadataFile(string packages) => Path.Combine(Folder(packages), ".nupkg.metadata");

    private string Folder(string packages) => Path.Combine(packages, Id.ToLowerInvariant(), Version);
}
