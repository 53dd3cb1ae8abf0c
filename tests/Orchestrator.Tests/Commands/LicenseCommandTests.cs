using System.Diagnostics;
using System.Text;
using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Shards;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Tests.Hosting;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Commands;

public sealed class LicenseCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestTerminal _terminal = new();

    [Fact]
    public async Task License_folder_saysVerdictEvidenceAndWhatDiffers()
    {
        Directory.CreateDirectory(_folder["tree", ".git"]);
        WriteTree();
        Assert.Equal(0, await RunAsync(_folder["tree"]));
        string text = _terminal.Output.ToString();
        Assert.StartsWith("tree: ISC (permissive)\n  6 Python files\n  LICENSE: ISC (permissive)\n", text, StringComparison.Ordinal);
        Assert.Contains("\n    lines 1-13: text of ISC\n", text, StringComparison.Ordinal);
        Assert.Contains("unexplained: Maintained by the weather group.", text, StringComparison.Ordinal);
        Assert.Contains("\n  LicenseRef-unknown (unknown) for 1 file, in pkg\n    by header:\n    pkg/own.py\n", text, StringComparison.Ordinal);
        Assert.Contains("\n  GPL-2.0-or-later (strong-copyleft) for 1 file, in pkg\n    by header:\n    pkg/tag.py\n", text, StringComparison.Ordinal);
        Assert.Contains("\n    line 1 of the first: tag GPL-2.0-or-later\n", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public async Task License_tagBesideALongText_eachIsReadForItself()
    {
        _folder.Write("tree/LICENSE", "ISC License\n\n" + Isc);
        _folder.Write("tree/short.py", "# SPDX-License-Identifier: ISC\nimport os\n");
        Assert.Equal(0, await RunAsync(_folder["tree"]));
        Assert.StartsWith("tree: ISC (permissive)\n  LICENSE: ISC (permissive)\n", _terminal.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task License_textAboveASectionAboutThirdParties_namesItsLines()
    {
        _folder.Write("tree/LICENSE", "ISC License\n\n" + Isc + "\n\n3rd party code\n==============\n\nThe parser is under the MIT license.\n");
        _folder.Write("tree/short.py", "import os\n");
        Assert.Equal(0, await RunAsync(_folder["tree"]));
        Assert.Contains("\n    lines 1-13: text of ISC\n", _terminal.Output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dir")]
    [InlineData("git")]
    public async Task License_repository_verdictsAreThoseOfTheRun(string kind)
    {
        WriteTree();
        Git("init", "-q");
        Git("add", "-A");
        Git("commit", "-q", "-m", "state");
        string path = kind == "git" ? _folder["tree", ".git"] : _folder["tree"];
        Dictionary<string, (string, string, string)> rows = await RowsOfRunAsync($"{kind}:{path}");
        Assert.Equal(6, rows.Count);
        Assert.Equal(0, await RunAsync(path, "--json"));
        AssertVerdicts(rows);
    }

    [Theory]
    [InlineData("dir")]
    [InlineData("git")]
    public async Task License_repositoryAsReuseHasIt_verdictsAreThoseOfTheRun(string kind)
    {
        _folder.Write("tree/LICENSES/Apache-2.0.txt", "Licensed under the Apache License, Version 2.0.\n");
        _folder.Write("tree/LICENSES/GPL-3.0-only.txt", "GNU General Public License, version 3\n");
        _folder.Write(
            "tree/REUSE.toml",
            "version = 1\n[[annotations]]\npath = 'pkg/**'\nSPDX-License-Identifier = 'ISC'\n"
            + "[[annotations]]\npath = ['pkg/over.py']\nprecedence = 'override'\nSPDX-License-Identifier = 'MIT'\n"
            + "[[annotations]]\npath = ['pkg/all.py']\nprecedence = 'aggregate'\nSPDX-License-Identifier = 'MIT'\n");
        _folder.Write("tree/pkg/plain.py", "plain = 1\n");
        _folder.Write("tree/pkg/over.py", "# SPDX-License-Identifier: GPL-3.0-only\nover = 1\n");
        _folder.Write("tree/pkg/all.py", "# SPDX-License-Identifier: GPL-3.0-only\nall = 1\n");
        _folder.Write("tree/pkg/beside.py", "# SPDX-License-Identifier: MIT\nbeside = 1\n");
        _folder.Write("tree/pkg/beside.py.license", "SPDX-License-Identifier: MPL-2.0\n");
        _folder.Write("tree/other/plain.py", "other = 1\n");
        Git("init", "-q");
        Git("add", "-A");
        Git("commit", "-q", "-m", "state");
        string path = kind == "git" ? _folder["tree", ".git"] : _folder["tree"];
        Dictionary<string, (string License, string, string)> rows = await RowsOfRunAsync($"{kind}:{path}");
        Assert.Equal(
            [
                "Apache-2.0 AND GPL-3.0-only", "GPL-3.0-only AND MIT", "MPL-2.0", "MIT", "ISC",
            ],
            rows.OrderBy(row => row.Key, StringComparer.Ordinal).Select(row => row.Value.License));
        Assert.Equal(0, await RunAsync(path, "--json"));
        AssertVerdicts(rows);
    }

    [Fact]
    public async Task License_folderOfPackages_verdictsAreThoseOfTheRun()
    {
        WriteTree();
        _folder.Write("tree/other/LICENSE", "GNU General Public License, version 3\n");
        _folder.Write("tree/other/__init__.py", "other = 1\n");
        Dictionary<string, (string, string, string)> rows = await RowsOfRunAsync("dir:" + _folder["tree"]);
        Assert.Equal(0, await RunAsync(_folder["tree"], "--json"));
        AssertVerdicts(rows);
    }

    [Fact]
    public async Task License_file_isJudgedInTheRepositoryAroundIt()
    {
        Directory.CreateDirectory(_folder["tree", ".git"]);
        WriteTree();
        Assert.Equal(0, await RunAsync(_folder["tree", "pkg", "plain.py"], _folder["tree", "pkg", "tag.py"], _folder["tree", "LICENSE"]));
        string text = _terminal.Output.ToString().Replace(_folder.Path, "", StringComparison.Ordinal);
        Assert.Contains("/tree/pkg/plain.py: ISC (permissive)\n  LICENSE: ISC (permissive)\n", text, StringComparison.Ordinal);
        Assert.Contains("/tree/pkg/tag.py: GPL-2.0-or-later (strong-copyleft)\n", text, StringComparison.Ordinal);
        Assert.Contains("    line 1: tag GPL-2.0-or-later\n", text, StringComparison.Ordinal);
        Assert.Contains("/tree/LICENSE: ISC (permissive)\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task License_fileOutsideARepository_isJudgedByItself()
    {
        string plain = _folder.Write("plain.py", "x = 1\n");
        string text = _folder.Write("terms", "Licensed under the Apache License, Version 2.0.\n");
        Assert.Equal(0, await RunAsync(plain, text));
        Assert.Contains("plain.py: no licence found\n", _terminal.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("terms: Apache-2.0 (permissive)\n", _terminal.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("    line 1: names Apache-2.0\n", _terminal.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task License_wrongPaths_areRefusedWithOneLineEach()
    {
        string plain = _folder.Write("plain.py", "x = 1\n");
        Assert.Equal(2, await RunAsync(_folder["absent"], plain, _folder["gone"]));
        Assert.Equal(2, _terminal.ErrorLines.Length);
        Assert.All(_terminal.ErrorLines, line => Assert.StartsWith("dataforge: There is no file or folder ", line, StringComparison.Ordinal));
        Assert.Equal("", _terminal.Output.ToString());
    }

    public void Dispose() => _folder.Dispose();

    // A repository with its own licence, a folder under another one, and headers of all kinds.
    private void WriteTree()
    {
        _folder.Write("tree/LICENSE", "ISC License\n\n" + Isc + "\n\nMaintained by the weather group.\n");
        _folder.Write("tree/pkg/__init__.py", "package = 1\n");
        _folder.Write("tree/pkg/plain.py", "plain = 1\n");
        _folder.Write("tree/pkg/own.py", "# This file is proprietary and confidential.\nown = 1\n");
        _folder.Write("tree/pkg/tag.py", "# SPDX-License-Identifier: GPL-2.0-or-later\ntag = 1\n");
        _folder.Write("tree/pkg/free/LICENSE.txt", "SPDX-License-Identifier: Apache-2.0\n");
        _folder.Write("tree/pkg/free/part.py", "part = 1\n");
        _folder.Write("tree/pkg/free/same.py", "# SPDX-License-Identifier: ISC\nsame = 1\n");
    }

    private const string Isc = """
        Permission to use, copy, modify, and/or distribute this software for any
        purpose with or without fee is hereby granted, provided that the above
        copyright notice and this permission notice appear in all copies.

        THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
        REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY
        AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
        INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM
        LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR
        OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR
        PERFORMANCE OF THIS SOFTWARE.
        """;

    // What a run says of each path that it keeps, with all classes let through.
    private async Task<Dictionary<string, (string License, string Class, string Evidence)>> RowsOfRunAsync(string source)
    {
        string[] arguments =
        [
            "build", "--workspace", _folder["w"], "--run", "r", "--until", "clean", "--source", source, "--set", "clean.preset=none",
            "--set", "clean.licenseconflict=keep",
            .. Enum.GetValues<LicenseClass>().SelectMany(value => new[] { "--set", $"clean.licensepolicy.{(int)value}={value.Name()}" }),
        ];
        Assert.Equal(0, await DataForgeHost.InvokeAsync(arguments, new TestTerminal().Terminal, TestContext.Current.CancellationToken));
        var rows = new Dictionary<string, (string, string, string)>(StringComparer.Ordinal);
        foreach (string shard in Directory.GetFiles(_folder["w", "runs", "r", "2-clean"], "part-*.parquet"))
        {
            using var reader = new CorpusShard.Reader(shard);
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using CorpusShard.Rows shown = reader.ReadRowGroup(group);
                for (int row = 0; row < shown.Count; row++)
                {
                    CorpusFile file = shown.File(row);
                    rows.Add(
                        file.Attribution.Repository.Name + "/" + file.Path,
                        (file.License, file.LicenseClass.Name(), file.LicenseEvidence));
                }
            }
        }

        return rows;
    }

    // A header that says what the repository says is not listed as differing, so that its evidence is the repository's.
    private void AssertVerdicts(Dictionary<string, (string License, string Class, string Evidence)> rows)
    {
        using JsonDocument json = JsonDocument.Parse(Encoding.UTF8.GetString(_terminal.Bytes));
        foreach ((string path, (string License, string Class, string Evidence) row) in rows)
        {
            JsonElement report = json.RootElement.EnumerateArray()
                .Where(item => path.StartsWith(item.GetProperty("name").GetString() + "/", StringComparison.Ordinal))
                .MaxBy(item => item.GetProperty("name").GetString()!.Length);
            string below = path[(report.GetProperty("name").GetString()!.Length + 1)..];
            JsonElement group = report.GetProperty("differing").EnumerateArray().FirstOrDefault(
                item => item.GetProperty("files").EnumerateArray().Any(file => file.GetString() == below));
            bool differs = group.ValueKind == JsonValueKind.Object;
            JsonElement found = differs ? group : report;
            string evidence = found.GetProperty(differs ? "evidence" : "evidenceColumn").GetString()!;
            Assert.Equal(
                (path, row.License, row.Class, row.Evidence == "header" && !differs ? evidence : row.Evidence),
                (path, found.GetProperty("expression").GetString()!, found.GetProperty("class").GetString()!, evidence));
        }
    }

    private void Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git") { WorkingDirectory = _folder["tree"] };
        foreach (string argument in (string[])["-c", "user.name=t", "-c", "user.email=t@example.org", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private Task<int> RunAsync(params string[] arguments) =>
        DataForgeHost.InvokeAsync(["license", .. arguments], _terminal.Terminal, TestContext.Current.CancellationToken);
}
