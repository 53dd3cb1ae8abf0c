using System.Buffers;
using System.Text;
using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Folders;

/// <summary>
/// Metadata of installed projects in a folder of packages: <c>X.dist-info</c>
/// (<see href="https://packaging.python.org/en/latest/specifications/recording-installed-packages/"/>) and <c>X.egg-info</c>, a folder
/// or a single PKG-INFO. Matched to packages by top_level.txt, else by RECORD, else by the project's name.
/// </summary>
internal sealed class InstalledMetadata
{
    // A bound against damaged files. RECORD takes about 100 bytes per installed file, so this is room for some 160,000 files.
    private const int MaxListBytes = 16 << 20;

    // PEP 639 puts licence files into the folder "licenses", at their paths in the project: two levels below it are enough in practice.
    private const int MaxLicenseDepth = 3;

    // Evidence by top-level module or package.
    private readonly Dictionary<string, List<Evidence>> _byModule = new(StringComparer.Ordinal);
    private readonly FileSystem _files;
    private readonly CancellationToken _cancellation;

    /// <summary>Reads the metadata in a folder of packages.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="folder">The folder's path.</param>
    /// <param name="items">Its entries.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public InstalledMetadata(FileSystem files, byte[] folder, IReadOnlyList<FolderItem> items, CancellationToken cancellation)
    {
        (_files, _cancellation) = (files, cancellation);
        foreach (FolderItem item in items)
        {
            if (!IsInfo(item.Name))
            {
                continue;
            }

            byte[] path = FileSystem.Join(folder, item.Name);
            string name = PathText.FromBytes(item.Name);
            if (item.Folder is { } metadata)
            {
                AddFolder(metadata, path, name);
            }
            else if (item.Type == EntryType.File)
            {
                Add(ProjectModule(name), new Evidence(path, name + "/PKG-INFO", FileKind.Metadata));
            }
        }
    }

    /// <summary>Whether a name is that of packaging metadata.</summary>
    public static bool IsInfo(ReadOnlySpan<byte> name) => name.EndsWith(".dist-info"u8) || name.EndsWith(".egg-info"u8);

    /// <summary>The evidence for a top-level module or package; empty if there is none.</summary>
    public IReadOnlyList<Evidence> For(ReadOnlySpan<byte> module)
    {
        string name = PathText.FromBytes(module);
        return _byModule.TryGetValue(name, out List<Evidence>? exact) ? exact
            : _byModule.TryGetValue("~" + Normalised(name), out List<Evidence>? byProject) ? byProject : [];
    }

    private void AddFolder(FolderTree folder, byte[] path, string name)
    {
        List<Evidence> evidence = [];
        Collect(folder, path, name, MaxLicenseDepth, evidence);
        HashSet<string> modules = TopLevel(path) ?? Recorded(path, name) ?? [];
        foreach (string module in modules.Count > 0 ? modules : [ProjectModule(name)])
        {
            evidence.ForEach(item => Add(module, item));
        }
    }

    private void Add(string module, Evidence evidence)
    {
        if (!_byModule.TryGetValue(module, out List<Evidence>? list))
        {
            _byModule[module] = list = [];
        }

        list.Add(evidence);
    }

    private void Collect(FolderTree folder, byte[] path, string logical, int depth, List<Evidence> evidence)
    {
        // Metadata is read even where the walk of the tree ended just above it.
        folder = folder.IsTooDeep ? FolderTree.Walk(_files, path, folder.Name, depth, _cancellation) : folder;
        foreach (FolderItem item in folder.Items)
        {
            byte[] itemPath = FileSystem.Join(path, item.Name);
            string itemLogical = logical + "/" + PathText.FromBytes(item.Name);
            if (item.Folder is not null && depth > 0)
            {
                Collect(item.Folder, itemPath, itemLogical, depth - 1, evidence);
            }
            else if (item is { Type: EntryType.File, Kind: { } kind and not FileKind.Python })
            {
                evidence.Add(new Evidence(itemPath, itemLogical, kind));
            }
        }
    }

    private HashSet<string>? TopLevel(byte[] folder)
    {
        if (ReadText(FileSystem.Join(folder, "top_level.txt"u8)) is not { } text)
        {
            return null;
        }

        string[] modules = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return modules.Length > 0 ? new HashSet<string>(modules.Select(module => module.Split('/')[0]), StringComparer.Ordinal) : null;
    }

    // RECORD is CSV: path, hash, size. Paths that need quotes cannot be names of modules.
    private HashSet<string>? Recorded(byte[] folder, string name)
    {
        if (ReadText(FileSystem.Join(folder, "RECORD"u8)) is not { } text)
        {
            return null;
        }

        HashSet<string> modules = new(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            string path = line.Split(',')[0];
            string first = path.Split('/')[0];
            if (path.EndsWith(".py", StringComparison.Ordinal) && first is not ("" or "..") && first != name)
            {
                modules.Add(first == path ? first[..^3] : first);
            }
        }

        return modules.Count > 0 ? modules : null;
    }

    private string? ReadText(byte[] path)
    {
        if (_files.Facts(path, follow: false, out _) is not { Type: EntryType.File } facts)
        {
            return null;
        }

        ReadFile file = _files.Read(path, facts.Size, MaxListBytes);
        if (file.Buffer is null)
        {
            return null;
        }

        string text = Encoding.UTF8.GetString(file.Buffer, 0, file.Length);
        ArrayPool<byte>.Shared.Return(file.Buffer);
        return text;
    }

    // PyYAML-6.0.dist-info → ~pyyaml; the tilde separates project names, which are normalised, from module names.
    private static string ProjectModule(string info) => "~" + Normalised(info[..info.LastIndexOf('.')].Split('-')[0]);

    private static string Normalised(string name) => name.Replace('-', '_').Replace('.', '_').ToLowerInvariant();
}
