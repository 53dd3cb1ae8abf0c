using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Inspection.Explanation;
using DataForge.Inspection.Settings;
using DataForge.Testing;

namespace DataForge.Inspection.Tests.Explanation;

/// <summary>What <c>explain</c> says of files that were dropped for their licence.</summary>
public sealed class LicenseExplanationTests : IDisposable
{
    private const string Module = "import os\n\n\ndef first(path):\n    for name in os.listdir(path):\n        return name\n    return None\n";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Explain_droppedForItsLicence_saysHowTheLicenceIsKnown()
    {
        _folder.Write("src/headed/a.py", "# SPDX-License-Identifier: GPL-3.0-only\n" + Module);
        _folder.Write("src/described/pyproject.toml", "[project]\nname = \"described\"\nlicense = \"AGPL-3.0-only\"\n");
        _folder.Write("src/described/b.py", Module + "\n\nDESCRIBED = True\n");
        _folder.Write("src/bare/c.py", Module + "\n\nBARE = True\n");
        Run run = await CleanAsync("src/headed", "src/described", "src/bare");
        using ExplanationIndex index = ExplanationIndex.Open(run);
        List<DroppedFile> dropped = [.. DroppedBy(run, RuleNames.License)];

        Assert.Equal(3, dropped.Count);
        foreach (DroppedFile row in dropped)
        {
            string found = row.Value switch
            {
                "none" => "none was found",
                "GPL-3.0-only (strong-copyleft)" => row.Value + ", by header",
                _ => row.Value + ", by metadata:pyproject.toml",
            };
            string explanation = FileExplanation.Explain(index, $"{row.Repository} {row.Path}");
            Assert.Contains($"\n  licence at {row.Repository} {row.Path}: {found}\n", explanation, StringComparison.Ordinal);
        }
    }

    /// <summary>A content at two places: those places that have the same licence are one line, and the place asked for comes first.</summary>
    [Fact]
    public async Task Explain_sameContentUnderTwoLicences_namesBoth()
    {
        _folder.Write("src/one/pyproject.toml", "[project]\nname = \"one\"\nlicense = \"GPL-2.0-only\"\n");
        _folder.Write("src/one/a.py", Module);
        _folder.Write("src/one/b.py", Module);
        _folder.Write("src/two/pyproject.toml", "[project]\nname = \"two\"\nlicense = \"GPL-3.0-only\"\n");
        _folder.Write("src/two/a.py", Module);
        Run run = await CleanAsync("src/one", "src/two");
        using ExplanationIndex index = ExplanationIndex.Open(run);
        DroppedFile asked = DroppedBy(run, RuleNames.License).First(row => row.Path == "b.py");

        string[] lines =
        [
            .. FileExplanation.Explain(index, $"{asked.Repository} b.py").Split('\n')
                .Where(line => line.StartsWith("  licence at ", StringComparison.Ordinal)),
        ];

        Assert.Equal(2, lines.Length);
        Assert.Equal($"  licence at {asked.Repository} b.py and 1 more: GPL-2.0-only (strong-copyleft), by metadata:pyproject.toml", lines[0]);
        Assert.EndsWith("a.py: GPL-3.0-only (strong-copyleft), by metadata:pyproject.toml", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_unknownRepository_namesTheRunsRepositories()
    {
        _folder.Write("src/bare/c.py", Module);
        Run run = await CleanAsync("src/bare");
        using ExplanationIndex index = ExplanationIndex.Open(run);
        string repository = run.ReadInput().Repositories.Single().Name;

        string unknown = Assert.Throws<DataForgeException>(() => FileExplanation.Explain(index, "owner/name c.py")).Message;
        string known = Assert.Throws<DataForgeException>(() => FileExplanation.Explain(index, $"{repository} d.py")).Message;

        Assert.EndsWith($" The run's repositories are '{repository}'.", unknown, StringComparison.Ordinal);
        Assert.EndsWith("as the dataset writes them.", known, StringComparison.Ordinal);
    }

    private static IEnumerable<DroppedFile> DroppedBy(Run run, string rule) =>
        Directory.EnumerateFiles(run.PathOf("dropped/2-clean"), "*.parquet").SelectMany(DroppedShard.Read).Where(row => row.Rule == rule);

    private async Task<Run> CleanAsync(params string[] folders)
    {
        Run run = Run.Open(Workspace.Open(_folder["w"]), "r");
        var options = new DataForgeOptions();
        options.Crawl.Sources = [.. folders.Select(folder => "dir:" + _folder[folder])];
        await StageRunner.RunAsync(run, options, StageNames.Crawl, StageNames.Clean);
        return run;
    }
}
