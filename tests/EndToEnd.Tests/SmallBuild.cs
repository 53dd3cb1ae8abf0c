using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

/// <summary>A corpus of real Python with planted cases, and the options of a build that ends in seconds.</summary>
internal sealed class SmallBuild : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <param name="library">A folder of real Python code.</param>
    public SmallBuild(string library)
    {
        Library = library;
        string module = File.ReadAllText(Path.Combine(library, "textwrap.py"));

        // The same content passes under one name (in the library) and is dropped under others.
        _folder.Write("planted/alpha/LICENSE", File.ReadAllText(Path.Combine(library, "LICENSE.txt")));
        _folder.Write("planted/alpha/__init__.py", module);
        _folder.Write("planted/alpha/setup.py", module);
        _folder.Write("planted/alpha/copied.py", module);
        _folder.Write("planted/alpha/near.py", module.Replace("Utilities for wrapping", "Tools for wrapping", StringComparison.Ordinal) + "\n\nEXTRA = 1\n");
        _folder.Write("planted/unlicensed/module.py", module + "\n\nUNLICENSED = True\n");
        _folder.Write("planted/alpha/tiny.py", "x = 1\n");
    }

    public string Library { get; }

    public string Planted => _folder["planted"];

    public string Workspace(string name) => _folder[name];

    /// <summary>The arguments of a build.</summary>
    public IEnumerable<string> Arguments(string workspace, string run = "r", int workers = 2, string until = "tokenize") =>
    [
        "build", "--workspace", Workspace(workspace), "--run", run, "--workers", $"{workers}", "--until", until,
        "--source", "dir:" + Library, "--source", "dir:" + Planted,
        "--set", "crawl.rawpartbytes=2097152", "--set", "tokenize.vocabularysize=1024",
    ];

    /// <summary>SHA-256 of all that promises the same bytes: raw to 4-tokens, with manifests; no locks, logs, catalog or options.</summary>
    public SortedDictionary<string, string> Hashes(string workspace) => FolderHash.Of(Workspace(workspace), path =>
        !path.Contains("/locks/", StringComparison.Ordinal) && !path.Contains("/events/", StringComparison.Ordinal)
        && !path.EndsWith(".lock", StringComparison.Ordinal) && !path.StartsWith("catalog.db", StringComparison.Ordinal)
        && !path.EndsWith("config.json", StringComparison.Ordinal));

    public void Dispose() => _folder.Dispose();
}
