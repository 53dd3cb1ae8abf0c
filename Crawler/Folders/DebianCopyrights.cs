using System.Text;
using DataForge.Corpus;

namespace DataForge.Crawler.Folders;

/// <summary>
/// Copyright files of Debian packages (<see href="https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"/>) for Python
/// packages that dpkg installed: <c>/var/lib/dpkg/info/*.list</c> says which Debian package owns which file, and
/// <c>/usr/share/doc/&lt;package&gt;/copyright</c> is its licence.
/// </summary>
internal sealed class DebianCopyrights(string infoFolder = "/var/lib/dpkg/info", string docFolder = "/usr/share/doc")
{
    /// <summary>
    /// Adds to each package the copyright file of the Debian package that owns most of its Python files, as <c>debian/copyright</c>, and
    /// those of other Debian packages that own some, as <c>debian/&lt;package&gt;/copyright</c>.
    /// </summary>
    /// <param name="root">The path of the source's folder.</param>
    /// <param name="packages">The packages found in it.</param>
    public void Attach(string root, IReadOnlyList<FolderPackage> packages)
    {
        if (!Directory.Exists(infoFolder) || FileSystem.RealPath(root) is not { } real || FileSystem.RealPath(docFolder) is not { } docs)
        {
            return;
        }

        Dictionary<string, FolderPackage> byPath = new(StringComparer.Ordinal);
        foreach (FolderPackage package in packages.Where(package => package.Form is not (PackageForm.Repository or PackageForm.FaultsOnly)))
        {
            byte[] path = package.Module is null ? package.Folder : FileSystem.Join(package.Folder, package.Module);
            string below = Encoding.UTF8.GetString(path)[root.Length..];
            byPath[real + below + (package.Form == PackageForm.Modules ? "/*" : "")] = package;
        }

        Dictionary<FolderPackage, SortedDictionary<string, int>> owners = [];
        string[] lists = Directory.GetFiles(infoFolder, "*.list");
        Array.Sort(lists, StringComparer.Ordinal);
        foreach (string list in lists)
        {
            string debian = Path.GetFileNameWithoutExtension(list).Split(':')[0];
            foreach (string file in PythonFiles(list, real))
            {
                if (FindOwner(byPath, file) is { } package)
                {
                    owners.TryAdd(package, new SortedDictionary<string, int>(StringComparer.Ordinal));
                    owners[package][debian] = owners[package].GetValueOrDefault(debian) + 1;
                }
            }
        }

        foreach ((FolderPackage package, SortedDictionary<string, int> counts) in owners)
        {
            AddCopyrights(package, counts, docs);
        }
    }

    // OrderByDescending is stable: among equal owners the first by name wins.
    private void AddCopyrights(FolderPackage package, SortedDictionary<string, int> counts, string docs)
    {
        HashSet<string> known = new(StringComparer.Ordinal);
        foreach (string debian in counts.OrderByDescending(owner => owner.Value).Select(owner => owner.Key))
        {
            // A documentation folder may be a link to that of a related package; a link that leaves the documentation is ignored.
            string? file = FileSystem.RealPath(Path.Combine(docFolder, debian, "copyright"));
            if (file is not null && file.StartsWith(docs + "/", StringComparison.Ordinal) && known.Add(file))
            {
                string path = known.Count == 1 ? "debian/copyright" : $"debian/{debian}/copyright";
                package.Add(new Evidence(FileSystem.Bytes(file), path, FileKind.License));
            }
        }
    }

    private static IEnumerable<string> PythonFiles(string list, string root)
    {
        byte[] content = File.ReadAllBytes(list);
        return content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(root + "/")) < 0
            ? []
            : Encoding.UTF8.GetString(content).Split('\n').Where(line =>
                line.StartsWith(root + "/", StringComparison.Ordinal) && line.EndsWith(".py", StringComparison.Ordinal));
    }

    // The module itself, the loose modules of its folder, or the nearest package folder above.
    private static FolderPackage? FindOwner(Dictionary<string, FolderPackage> packages, string file)
    {
        if (packages.TryGetValue(file, out FolderPackage? found))
        {
            return found;
        }

        int slash = file.LastIndexOf('/');
        if (packages.TryGetValue(file[..(slash + 1)] + "*", out found))
        {
            return found;
        }

        for (; slash > 0; slash = file.LastIndexOf('/', slash - 1))
        {
            if (packages.TryGetValue(file[..slash], out found))
            {
                return found;
            }
        }

        return null;
    }
}
