using DataForge.Corpus.Counts;

namespace DataForge.Corpus.Runs;

/// <summary>
/// New versions of files, written to a separate folder until all of them are complete. The present files stay unchanged until
/// <see cref="Apply"/>, which is idempotent: it may be killed and called again.
/// </summary>
/// <param name="workspace">The workspace.</param>
/// <param name="folder">The folder for new files; on the workspace's file system, so that they can be renamed into place.</param>
/// <param name="mark">Identifies the reason for the rewrite; part of the input hash of each rewritten entry.</param>
public sealed class WorkspaceRewrite(Workspace workspace, string folder, string mark)
{
    private readonly SortedSet<string> _removed = new(StringComparer.Ordinal);
    private readonly string _new = Path.Combine(folder, "new");

    /// <summary>The workspace.</summary>
    public Workspace Workspace => workspace;

    /// <summary>Files and folders to remove, relative to the workspace, in ordinal order.</summary>
    public IReadOnlyCollection<string> Removed => _removed;

    /// <summary>The path to write a new version of a file to.</summary>
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

    /// <summary>The path of a file's newest version: the new one, or else the present one.</summary>
    public string Current(string relative) => Path.Combine(IsRewritten(relative) ? _new : workspace.Folder, relative);

    /// <summary>Marks a file or a folder for removal.</summary>
    public void Remove(string relative)
    {
        _removed.Add(relative);
        Discard(relative);
    }

    /// <summary>Deletes a new version: the file stays unchanged.</summary>
    public void Discard(string relative)
    {
        if (IsRewritten(relative))
        {
            File.Delete(Path.Combine(_new, relative));
        }
    }

    /// <summary>Writes a small file.</summary>
    public void Write(string relative, ReadOnlySpan<byte> content) => File.WriteAllBytes(Create(relative), content);

    /// <summary>Flushes all new files to the disk. After that it may be recorded that they exist.</summary>
    public void Flush()
    {
        foreach (string path in Directory.Exists(_new) ? Directory.EnumerateFiles(_new, "*", SearchOption.AllDirectories) : [])
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>The manifest's description of a new file.</summary>
    /// <param name="relative">Relative to the workspace.</param>
    /// <param name="stated">The path as the manifest entry states it.</param>
    /// <param name="rows">The number of rows; null for a file that is no table.</param>
    public ManifestOutput Output(string relative, string stated, long? rows)
    {
        string path = Path.Combine(_new, relative);
        return new ManifestOutput(stated, new FileInfo(path).Length, StageHash.OfFile(path), rows);
    }

    /// <summary>
    /// An entry with other outputs and counts. Its input hash is one that no plan ever has, so that the next build computes the part again.
    /// </summary>
    public ManifestEntry Rewritten(ManifestEntry entry, IEnumerable<ManifestOutput> outputs, CountTable counts) => entry with
    {
        InputHash = StageHash.Combine("rewritten", mark, entry.InputHash),
        Outputs = [.. outputs.OrderBy(output => output.Path, StringComparer.Ordinal)],
        Counts = new CountTable(counts),
    };

    /// <summary>Moves new files into place and removes the files that are marked for removal.</summary>
    /// <param name="removed"><see cref="Removed"/>, as it was when everything had been written.</param>
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
