using DataForge.Corpus.Counts;

namespace DataForge.Corpus.Runs;

/// <summary>
/// New versions of files that are never changed in place, written aside until all of them are there. What is there now stays as it is until
/// <see cref="Apply"/>, which may be killed and called again: it ends in the same files.
/// </summary>
/// <param name="workspace">The workspace.</param>
/// <param name="folder">Where new files wait: on the workspace's file system, so that a rename puts them in place.</param>
/// <param name="mark">What the files are rewritten for; part of the input hash of each entry rewritten.</param>
public sealed class WorkspaceRewrite(Workspace workspace, string folder, string mark)
{
    private readonly SortedSet<string> _removed = new(StringComparer.Ordinal);
    private readonly string _new = Path.Combine(folder, "new");

    /// <summary>The workspace.</summary>
    public Workspace Workspace => workspace;

    /// <summary>What is to be removed, relative to the workspace, in ordinal order.</summary>
    public IReadOnlyCollection<string> Removed => _removed;

    /// <summary>The path to write a new version of a file under.</summary>
    /// <param name="relative">Relative to the workspace, parts separated by '/'.</param>
    public string Create(string relative)
    {
        string path = Path.Combine(_new, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _removed.Remove(relative);
        return path;
    }

    /// <summary>Whether there is a new version of a file.</summary>
    public bool IsRewritten(string relative) => File.Exists(Path.Combine(_new, relative));

    /// <summary>Where the file is that will count: its new version, or the one that is there.</summary>
    public string Current(string relative) => IsRewritten(relative) ? Path.Combine(_new, relative) : Path.Combine(workspace.Folder, relative);

    /// <summary>States that a file or a folder is to go.</summary>
    public void Remove(string relative)
    {
        _removed.Add(relative);
        Discard(relative);
    }

    /// <summary>Takes a new version back: the file stays as it is.</summary>
    public void Discard(string relative)
    {
        if (IsRewritten(relative))
        {
            File.Delete(Path.Combine(_new, relative));
        }
    }

    /// <summary>Writes a small file.</summary>
    public void Write(string relative, ReadOnlySpan<byte> content) => File.WriteAllBytes(Create(relative), content);

    /// <summary>Brings all new files to the disk: what says that they are there may be written next.</summary>
    public void Flush()
    {
        foreach (string path in Directory.Exists(_new) ? Directory.EnumerateFiles(_new, "*", SearchOption.AllDirectories) : [])
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>What a manifest entry states of a new file.</summary>
    /// <param name="relative">Relative to the workspace.</param>
    /// <param name="stated">The path as the entry has it.</param>
    /// <param name="rows">Its rows, where it has any to count.</param>
    public ManifestOutput Output(string relative, string stated, long? rows)
    {
        string path = Path.Combine(_new, relative);
        return new ManifestOutput(stated, new FileInfo(path).Length, StageHash.OfFile(path), rows);
    }

    /// <summary>
    /// An entry with other outputs and counts. Its input hash is one that no plan ever has: the next build computes the part anew, from what is there then.
    /// </summary>
    public ManifestEntry Rewritten(ManifestEntry entry, IEnumerable<ManifestOutput> outputs, IReadOnlyDictionary<string, long> counts) => entry with
    {
        InputHash = StageHash.Combine("rewritten", mark, entry.InputHash),
        Outputs = [.. outputs.OrderBy(output => output.Path, StringComparer.Ordinal)],
        Counts = new CountTable(counts),
    };

    /// <summary>As <see cref="Rewritten(ManifestEntry, IEnumerable{ManifestOutput}, IReadOnlyDictionary{string, long})"/>.</summary>
    public ManifestEntry Rewritten(ManifestEntry entry, IEnumerable<ManifestOutput> outputs, CountTable counts) =>
        Rewritten(entry, outputs, (IReadOnlyDictionary<string, long>)counts);

    /// <summary>Puts new files in their places and removes what is to go.</summary>
    /// <param name="removed"><see cref="Removed"/>, as it was when all was written.</param>
    public void Apply(IEnumerable<string> removed)
    {
        if (Directory.Exists(_new))
        {
            foreach (string path in Directory.EnumerateFiles(_new, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList())
            {
                string target = Path.Combine(workspace.Folder, Path.GetRelativePath(_new, path));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                AtomicFile.Replace(path, target);
            }
        }

        foreach (string path in removed.Select(relative => Path.Combine(workspace.Folder, relative)))
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else if (File.Exists(path))
            {
                File.Delete(path);
            }
        }
    }
}
