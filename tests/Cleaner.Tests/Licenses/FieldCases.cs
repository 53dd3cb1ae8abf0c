using System.IO.Compression;
using System.Text;
using System.Text.Json;
using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Steps;
using DataForge.Cleaner.Text;
using DataForge.Corpus;
using DataForge.Crawler.Sources;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>Repositories kept as lines of JSON, and the licence that the cleaner finds for each of their Python files.</summary>
internal static class FieldCases
{
    /// <summary>The licence of the one Python file of each repository in a file, by the repository's name.</summary>
    public static SortedDictionary<string, (string Expression, LicenseClass Class, string Source)> Read(string path)
    {
        var repositories = new SortedDictionary<string, List<(string Path, byte[] Content)>>(StringComparer.Ordinal);
        using Stream file = File.OpenRead(path);
        using Stream plain = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(plain);
        while (reader.ReadLine() is { } line)
        {
            using JsonDocument row = JsonDocument.Parse(line);
            string name = row.RootElement.GetProperty("repo").GetString()!;
            if (!repositories.TryGetValue(name, out List<(string, byte[])>? files))
            {
                repositories[name] = files = [];
            }

            files.Add((row.RootElement.GetProperty("path").GetString()!, Encoding.UTF8.GetBytes(row.RootElement.GetProperty("content").GetString()!)));
        }

        var detector = new LicenseDetector();
        var found = new SortedDictionary<string, (string, LicenseClass, string)>(StringComparer.Ordinal);
        foreach ((string name, List<(string Path, byte[] Content)> files) in repositories)
        {
            found[name] = LicenseOf(files, detector);
        }

        return found;
    }

    /// <summary>The licence of the one Python file among a repository's files.</summary>
    public static (string Expression, LicenseClass Class, string Source) LicenseOf(List<(string Path, byte[] Content)> files, LicenseDetector detector)
    {
        var evidence = new List<(string, Evidence)>();
        foreach ((string path, byte[] content) in files)
        {
            if (FileKinds.Of(path) is { } kind && EvidencePath.KindOf(path, kind) is { } read)
            {
                evidence.Add((path, Evidence.Read(BlobId.Of(content), read, content, detector)));
            }
        }

        // One repository has no source of its own: a file beside its licence stands for it.
        (string Path, byte[] Content)[] sources = [.. files.Where(file => file.Path.EndsWith(".py", StringComparison.Ordinal) && file.Path != "setup.py")];
        (string Path, byte[] Content) python = sources.Length > 0 ? sources[0] : (EvidencePath.Parent(files[0].Path) + "/module.py", []);
        ResolvedLicense folder = new RepositoryLicenses(null, evidence).Resolve(python.Path);
        LicenseFinding header = new HeaderCache().Find(LicenseHeader.Of(python.Content));
        return header.Expression.Length > 0 && !RepositoryLicenses.MakesPrecise(folder.Expression, header.Expression)
            ? (header.Expression, SpdxExpression.ClassOf(header.Expression), "header")
            : (folder.Expression, folder.Class, folder.Source);
    }
}
