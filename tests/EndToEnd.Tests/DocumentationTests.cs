using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

/// <summary>
/// The blocks of commands in README and docs that run in seconds, in a folder with the inputs that they name. With
/// DATAFORGE_TEST_DOCS=FOLDER those that take minutes too, in that clone of the project (<c>./dataforge check docs</c>).
/// </summary>
public sealed class DocumentationTests : IDisposable
{
    private const string Clone = "DATAFORGE_TEST_DOCS";

    private static bool _hasRunTests;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Pages => [.. ShellBlock.Pages.Where(page => Blocks(page).Count > 0)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_itsBlocks_runInOrderAndPrintWhatTheySay(string page)
    {
        string folder = Environment.GetEnvironmentVariable(Clone) ?? _folder["project"];
        Prepare(folder);
        foreach (ShellBlock block in Blocks(page))
        {
            var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", string.Join('\n', block.Commands.Where(IsToRun))])
            {
                WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
                Environment = { ["HOME"] = _folder["home"] },
            };

            // Or the tests that a block runs would run the blocks again.
            start.Environment.Remove(Clone);
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await error;
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, $"{page}:{block.Line}: exit code {process.ExitCode}\n{output}");
            Assert.All(block.Prints, text => Assert.Contains(text, output, StringComparison.Ordinal));
        }
    }

    // Two pages name the command that runs all tests; once is enough.
    private static bool IsToRun(string command) =>
        command.Split('#')[0].Trim() != "./dataforge test" || !Interlocked.Exchange(ref _hasRunTests, true);

    private static List<ShellBlock> Blocks(string page) =>
    [
        .. ShellBlock.Of(page).Where(block => block.Marker == "runs: offline"
            || (block.Marker == "runs: minutes" && Environment.GetEnvironmentVariable(Clone) is not null)),
    ];

    // A home folder with a project below ~/src, and beside the launcher a file of rows, a snippet and a list of who wants to be left out.
    private void Prepare(string folder)
    {
        string project = Path.Combine(_folder["home"], "src", "hello");
        Directory.CreateDirectory(Path.Combine(project, "hello"));
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(SharedFiles.ProjectRoot, "LICENSE"), Path.Combine(project, "LICENSE"), overwrite: true);
        foreach (string name in (string[])["words", "numbers", "texts", "lists"])
        {
            File.WriteAllText(Path.Combine(project, "hello", name + ".py"), Program(name, 12));
        }

        File.WriteAllText(Path.Combine(project, "hello", "short.py"), "import os\n");
        File.WriteAllText(Path.Combine(folder, "snippet.py"), Program("words", 12));
        File.WriteAllText(Path.Combine(folder, "requests.txt"), "src/hello\n");
        using (var file = new GZipStream(File.Create(Path.Combine(folder, "files.jsonl.gz")), CompressionLevel.Fastest))
        {
            object row = new { repo = "someone/lines", path = "lines.py", content = Program("lines", 10), license = "mit" };
            file.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(row) + "\n"));
        }

        if (!File.Exists(Path.Combine(folder, "dataforge")))
        {
            File.WriteAllText(Path.Combine(folder, "dataforge"), $"#!/bin/sh\nexec dotnet '{DataForgeProcess.Program}' \"$@\"\n");
            Process.Start("chmod", ["+x", Path.Combine(folder, "dataforge")]).WaitForExit();
        }
    }

    private static string Program(string name, int functions)
    {
        var text = new StringBuilder($"\"\"\"Functions about {name}.\"\"\"\nimport os\nimport sys\n\n");
        for (int i = 0; i < functions; i++)
        {
            text.Append($"\ndef {name}_{i}(value, other=None):\n    \"\"\"Return {name} number {i} of a value.\"\"\"\n    result = []\n"
                + $"    for item in value:\n        if item is not other and item != {i}:\n            result.append(item + '{name}{i * 7}')\n"
                + $"    return result[:{i + 3}]\n\n");
        }

        return text.ToString();
    }
}
