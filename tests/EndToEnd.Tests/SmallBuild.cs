using System.Globalization;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

/// <summary>Builds of <see cref="SmallCorpus"/>, each in a workspace of its own in one folder.</summary>
internal sealed class SmallBuild : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SmallCorpus _corpus = new();

    /// <summary>The folder of planted cases.</summary>
    public string Planted => _corpus.Planted;

    /// <summary>The folder of a workspace, which may not exist yet.</summary>
    public string Workspace(string name) => _folder[name];

    /// <summary>The arguments of a build.</summary>
    public IEnumerable<string> Arguments(string workspace, string run = "r", int workers = 2, string until = "tokenize") =>
    [
        "build", "--workspace", Workspace(workspace), "--run", run, "--workers", $"{workers}", "--until", until,
        .. _corpus.Sources.SelectMany(source => new[] { "--source", source }),
        "--set", string.Create(CultureInfo.InvariantCulture, $"crawl.rawpartbytes={SmallCorpus.RawPartBytes}"),
        "--set", string.Create(CultureInfo.InvariantCulture, $"tokenize.vocabularysize={SmallCorpus.VocabularySize}"),
    ];

    /// <summary>
    /// SHA-256 of all files that must be the same for the same input: raw to 4-tokens, with manifests; no locks, logs, catalog or options.
    /// </summary>
    public SortedDictionary<string, string> Hashes(string workspace) => FolderHash.Of(Workspace(workspace), path =>
        !path.Contains("/locks/", StringComparison.Ordinal) && !path.Contains("/events/", StringComparison.Ordinal)
        && !path.EndsWith(".lock", StringComparison.Ordinal) && !path.StartsWith("catalog.db", StringComparison.Ordinal)
        && !path.EndsWith("config.json", StringComparison.Ordinal));

    public void Dispose()
    {
        _corpus.Dispose();
        _folder.Dispose();
    }
}
