namespace DataForge.Testing;

/// <summary>Reference files that lie beside the project (<c>../shared</c> from its root) and are no part of it.</summary>
public static class SharedFiles
{
    /// <summary>The project's root: the nearest folder above the test program that holds <c>DataForge.sln</c>.</summary>
    public static string ProjectRoot { get; } = FindRoot();

    /// <summary>The folder with the reference files, or null where it is absent.</summary>
    public static string? Root { get; } = Existing(Path.Combine(ProjectRoot, "..", "shared"));

    /// <summary>The path of one reference file or folder, or null where it is absent; a test then skips, saying so.</summary>
    public static string? Find(params string[] parts) =>
        Root is null ? null : Existing(Path.Combine([Root, .. parts]));

    private static string? Existing(string path)
    {
        string full = Path.GetFullPath(path);
        return File.Exists(full) || Directory.Exists(full) ? full : null;
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DataForge.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("DataForge.sln is in no folder above " + AppContext.BaseDirectory);
    }
}
