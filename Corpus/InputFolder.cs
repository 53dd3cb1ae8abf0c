namespace DataForge.Corpus;

/// <summary>
/// The files of a folder that are inputs by their endings. Names of files and folders that begin with a dot or an underscore are none:
/// tools leave such files beside the tables they write.
/// </summary>
/// <param name="Files">The inputs, in ordinal order.</param>
/// <param name="Hidden">How many files are left out because of their names.</param>
public sealed record InputFolder(IReadOnlyList<string> Files, int Hidden)
{
    /// <summary>Lists a folder and the folders below it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="endings">How the names of inputs end.</param>
    public static InputFolder List(string folder, params IReadOnlyList<string> endings)
    {
        string[] all = [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)))];
        string[] files = [.. all.Where(file => !IsHidden(Path.GetRelativePath(folder, file)))];
        Array.Sort(files, StringComparer.Ordinal);
        return new InputFolder(files, all.Length - files.Length);
    }

    private static bool IsHidden(string path) => path.Split(Path.DirectorySeparatorChar).Any(part => part[0] is '.' or '_');
}
