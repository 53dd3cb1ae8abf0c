namespace DataForge.Corpus.Runs;

/// <summary>
/// The folder that holds what was crawled, shared by all runs, and the runs built from it:
/// <c>catalog.db</c>, <c>raw/</c> and <c>runs/&lt;name&gt;/</c>.
/// </summary>
public sealed class Workspace
{
    private Workspace(string folder) => Folder = folder;

    /// <summary>The workspace's folder, absolute.</summary>
    public string Folder { get; }

    /// <summary>The catalog of repositories, snapshots and known content ids.</summary>
    public string CatalogFile => Path.Combine(Folder, "catalog.db");

    /// <summary>The folder of immutable raw parts.</summary>
    public string RawFolder => Path.Combine(Folder, "raw");

    /// <summary>The folder of runs.</summary>
    public string RunsFolder => RunsFolderOf(Folder);

    /// <summary>The folder of runs of a workspace that need not exist.</summary>
    public static string RunsFolderOf(string workspaceFolder) => Path.Combine(workspaceFolder, "runs");

    /// <summary>The folder of a run, neither of which need exist.</summary>
    public static string RunFolderOf(string workspaceFolder, string run) => Path.Combine(RunsFolderOf(workspaceFolder), run);

    /// <summary>Opens the workspace in a folder; creates it if it does not exist.</summary>
    /// <exception cref="DataForgeException">The folder cannot be created or written.</exception>
    public static Workspace Open(string folder)
    {
        var workspace = new Workspace(Path.GetFullPath(folder));
        try
        {
            Directory.CreateDirectory(workspace.RawFolder);
            Directory.CreateDirectory(workspace.RunsFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DataForgeException.Usage(
                $"The workspace '{folder}' cannot be made ({e.Message}); give a folder you can write with --workspace.", e);
        }

        return workspace;
    }

    /// <summary>The file with the occurrences of one raw part.</summary>
    public string RawFilesPart(int part) => Path.Combine(RawFolder, $"files-{part:D5}.parquet");

    /// <summary>The file with the contents first seen in one raw part.</summary>
    public string RawBlobsPart(int part) => Path.Combine(RawFolder, $"blobs-{part:D5}.parquet");

    /// <summary>The manifest entry of one raw part, written last.</summary>
    public string RawManifest(int part) => Path.Combine(RawFolder, "manifest", $"{part:D5}.json");

    /// <summary>Names of the runs in this workspace, in ordinal order.</summary>
    public IReadOnlyList<string> RunNames()
    {
        string[] names = [.. Directory.EnumerateDirectories(RunsFolder).Select(path => Path.GetFileName(path)!)];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }
}
