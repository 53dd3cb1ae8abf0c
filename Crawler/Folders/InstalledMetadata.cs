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
    private const int MaxListBytes = 16 << 20;
    private const int MaxLicenseDepth = 3;

    // Top-level module or package → what tells about it.
    private readonly Dictionary<string, List<Evidence>> _byModule = new(StringComparer.Ordinal);
    private readonly FileSystem _files;

    /// <param name="files">The file system.</param>
    /// <param name="folder">The folder of packages.</param>
    /// <param name="entries">Its entries.</param>
    public InstalledMetadata(FileSystem files, byte[] folder, IReadOnlyList<FolderEntry> entries)
    {
        _files = files;
        foreach (FolderEntry entry in entries)
        {
            if (!IsInfo(entry.Name))
            {
                continue;
            }

            byte[] path = FileSystem.Join(folder, entry.Name);
            string name = PathText.FromBytes(entry.Name);
            if (entry.Type == EntryType.Folder)
            {
                AddFolder(path, name);
            }
            else if (entry.Type == EntryType.File)
            {
                Add(ProjectModule(name), new Evidence(path, name + "/PKG-INFO", FileKind.Metadata));
            }
        }
    }

    /// <summary>Whether a name is that of packaging metadata.</summary>
    public static bool IsInfo(ReadOnlySpan<byte> name) => name.EndsWith(".dist-info"u8) || name.EndsWith(".egg-info"u8);

    /// <summary>What tells about a top-level module or package.</summary>
    public IReadOnlyList<Evidence> For(ReadOnlySpan<byte> module)
    {
        string name = PathText.FromBytes(module);
        return _byModule.TryGetValue(name, out List<Evidence>? exact) ? exact
            : _byModule.TryGetValue("~" + Folded(name), out List<Evidence>? folded) ? folded : [];
    }

    private void AddFolder(byte[] path, string name)
    {
        List<Evidence> evidence = [];
        Collect(path, name, MaxLicenseDepth, evidence);
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

    private void Collect(byte[] folder, string logical, int depth, List<Evidence> evidence)
    {
        foreach (FolderEntry entry in _files.List(folder, out _) ?? [])
        {
            string path = logical + "/" + PathText.FromBytes(entry.Name);
            if (entry.Type == EntryType.Folder && depth > 0)
            {
                Collect(FileSystem.Join(folder, entry.Name), path, depth - 1, evidence);
            }
            else if (entry.Type == EntryType.File && FileKinds.Of(path) is { } kind and not FileKind.Python)
            {
                evidence.Add(new Evidence(FileSystem.Join(folder, entry.Name), path, kind));
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

    // RECORD is CSV: path, hash, size. Paths that need quotes hold no module's name.
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

    // PyYAML-6.0.dist-info → ~pyyaml; the tilde keeps project names, which are folded, apart from module names.
    private static string ProjectModule(string info) => "~" + Folded(info[..info.LastIndexOf('.')].Split('-')[0]);

    private static string Folded(string name) => name.Replace('-', '_').Replace('.', '_').ToLowerInvariant();
}
