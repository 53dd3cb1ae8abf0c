using DataForge.Orchestrator.Hosting;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Hosting;

/// <summary>A workspace with a small run <c>r</c>, built once for all tests of a class from crawl to tokens.</summary>
public sealed class BuiltWorkspace : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The log of the build, one JSON object per line.</summary>
    internal IReadOnlyList<string> Log { get; private set; } = [];

    /// <summary>What the build wrote to the terminal.</summary>
    internal string Output { get; private set; } = "";

    /// <summary>The workspace's folder.</summary>
    internal string Folder => _folder["w"];

    /// <summary>A file with Python code.</summary>
    internal string Snippet => _folder["source/first/module0.py"];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        for (int repository = 0; repository < 4; repository++)
        {
            string name = $"source/{new[] { "first", "second", "third", "fourth" }[repository]}";
            _folder.Write(name + "/LICENSE", "SPDX-License-Identifier: MIT\n");
            for (int file = 0; file < 6; file++)
            {
                _folder.Write($"{name}/module{file}.py", Code(repository, file));
            }
        }

        _folder.Write("source/first/bad.py", "name = '\u0001\n");
        var terminal = new TestTerminal();
        int code = await DataForgeHost.InvokeAsync(
            [
                "build", "--workspace", Folder, "--run", "r", "--source", "dir:" + _folder["source"], "--until", "tokenize",
                "--log", "json", "--verbosity", "detailed", "--set", "tokenize.vocabularysize=300", "--set", "tokenize.validationminrepositories=1",
            ],
            terminal.Terminal, CancellationToken.None);
        Assert.True(code == 0, terminal.Error.ToString());
        (Log, Output) = (terminal.ErrorLines, terminal.Output.ToString());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Code(int repository, int file) => string.Join('\n', Enumerable.Range(0, 12).Select(i =>
        $"def function_{repository}_{file}_{i}(value):\n    \"\"\"Adds a number.\"\"\"\n"
        + $"    return value + {(repository * 100) + (file * 10) + i}\n"));
}
