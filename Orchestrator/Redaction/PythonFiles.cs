using DataForge.Corpus;

namespace DataForge.Orchestrator.Redaction;

/// <summary>A file to redact.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Target">Where its copy is, below the folder of all copies.</param>
internal sealed record InputFile(string Path, string Target);

/// <summary>
/// The files that paths name: a file itself, or the Python files (<c>*.py</c>) of a folder in ordinal order. Links in folders are not
/// followed. With several paths the copies of each are in a folder of its name.
/// </summary>
/// <param name="paths">Files and folders.</param>
internal sealed class PythonFiles(IReadOnlyList<string> paths)
{
    // As deep as a crawl goes by default.
    private const int MaxDepth = 100;

    /// <summary>Files that are not Python, and links, that were passed over so far.</summary>
    public long PassedOver { get; private set; }

    /// <summary>Checks that all paths exist and that their names differ.</summary>
    /// <exception cref="DataForgeException">One does not, or two have the same.</exception>
    public void Check()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            if (!File.Exists(path) && !Directory.Exists(path))
            {
                throw DataForgeException.Usage($"There is no file or folder {path}: give one that exists.");
            }

            if (!names.Add(NameOf(path)))
            {
                throw DataForgeException.Usage($"Two of the paths end in {NameOf(path)}: redact them one at a time.");
            }
        }
    }

    /// <summary>The files, one after another.</summary>
    /// <exception cref="DataForgeException">A folder cannot be listed.</exception>
    public IEnumerable<InputFile> List()
    {
        foreach (string path in paths)
        {
            string target = paths.Count == 1 && Directory.Exists(path) ? "" : NameOf(path);
            if (!Directory.Exists(path))
            {
                yield return new InputFile(path, target);
                continue;
            }

            foreach (InputFile file in ListFolder(path, target, MaxDepth))
            {
                yield return file;
            }
        }
    }

    private static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    private IEnumerable<InputFile> ListFolder(string folder, string target, int depth)
    {
        if (depth == 0)
        {
            throw DataForgeException.Usage($"{folder} is more than {MaxDepth} folders deep: give a folder further down.");
        }

        foreach (FileSystemInfo entry in Entries(folder))
        {
            string path = Path.Join(folder, entry.Name);
            string below = Path.Join(target, entry.Name);
            if (entry.LinkTarget is not null)
            {
                PassedOver++;
            }
            else if (entry is DirectoryInfo)
            {
                foreach (InputFile file in ListFolder(path, below, depth - 1))
                {
                    yield return file;
                }
            }
            else if (entry.Name.EndsWith(".py", StringComparison.Ordinal))
            {
                yield return new InputFile(path, below);
            }
            else
            {
                PassedOver++;
            }
        }
    }

    private static FileSystemInfo[] Entries(string folder)
    {
        try
        {
            FileSystemInfo[] entries = new DirectoryInfo(folder).GetFileSystemInfos();
            Array.Sort(entries, static (left, right) => string.CompareOrdinal(left.Name, right.Name));
            return entries;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DataForgeException.Usage($"{folder} cannot be listed ({e.Message}).", e);
        }
    }
}
