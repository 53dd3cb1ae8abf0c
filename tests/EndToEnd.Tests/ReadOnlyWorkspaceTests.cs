using System.Diagnostics;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

/// <summary>Commands that only ask, on a workspace in a file system that cannot be written.</summary>
public sealed class ReadOnlyWorkspaceTests
{
    private const string MountAndRun = "mount --bind -o ro \"$0\" \"$0\" && exec dotnet \"$@\"";

    [Fact]
    public async Task Questions_readOnlyWorkspace_areAnswered()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["probe"]);
        Assert.SkipUnless((await RunAsync(folder["probe"], "--version")).Code == 0, "this machine lets nobody mount a folder read-only");
        string rows = folder.Write("rows.jsonl", string.Join('\n', Enumerable.Range(0, 5).Select(i =>
            $$"""{"repo":"a/b","path":"f{{i}}.py","license":"mit","content":"def f{{i}}(x):\n    return x + {{i}}\n"}""")));
        await DataForgeProcess.SucceedAsync(
            "build", "--workspace", folder["w"], "--until", "dedup", "--source", "jsonl:" + rows, "--set", "clean.preset=none");
        string code = folder.Write("code.py", "def f1(x):\n    return x + 1\n");
        foreach (string[] question in (string[][])[["stats"], ["verify"], ["explain", "a/b", "f1.py"], ["trace", code], ["crawl", "--status"]])
        {
            (int exitCode, string said) = await RunAsync(folder["w"], [DataForgeProcess.Program, .. question, "--workspace", folder["w"]]);
            Assert.True(exitCode == 0, $"{question[0]}: exit code {exitCode}\n{said}");
        }

        Assert.False(Directory.Exists(folder["w/runs/default/index"]), "the workspace could be written");
    }

    // Mounts the folder read-only in a name space of its own, which ends with the process.
    private static async Task<(int Code, string Said)> RunAsync(string folder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("unshare", ["--mount", "sh", "-c", MountAndRun, folder, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }
}
