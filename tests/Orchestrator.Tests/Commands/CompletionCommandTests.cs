using System.Diagnostics;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Tests.Hosting;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Commands;

public class CompletionCommandTests
{
    [Fact]
    public async Task Completion_bash_completesCommandsAndOptions()
    {
        using var folder = new TemporaryFolder();
        var terminal = new TestTerminal();
        Assert.Equal(0, await DataForgeHost.InvokeAsync(["completion", "bash"], terminal.Terminal, CancellationToken.None));
        File.WriteAllText(folder["completion"], terminal.Output.ToString());

        // A program that answers as System.CommandLine does, and keeps what it was asked.
        File.WriteAllText(folder["dataforge"], $"#!/bin/sh\nprintf '%s\\n' \"$@\" >{folder["asked"]}\nprintf '%s\\n' --set --source --schedule stats\n");
        string script = $"chmod +x {folder["dataforge"]}\nsource {folder["completion"]}\nCOMP_LINE='{folder["dataforge"]} build --so' COMP_POINT={folder["dataforge"].Length + 11}\n"
            + $"COMP_WORDS=({folder["dataforge"]} build --so) COMP_CWORD=2\n_dataforge\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"";
        using Process bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;
        Assert.Equal("--source\n", await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal($"[suggest:{folder["dataforge"].Length + 11}]\n{folder["dataforge"]} build --so\n", File.ReadAllText(folder["asked"]));
    }

    [Theory]
    [InlineData("zsh", "compdef")]
    [InlineData("fish", "complete --command dataforge")]
    public async Task Completion_otherShells_areTheirScripts(string shell, string expected)
    {
        var terminal = new TestTerminal();
        Assert.Equal(0, await DataForgeHost.InvokeAsync(["completion", shell], terminal.Terminal, CancellationToken.None));
        Assert.Contains(expected, terminal.Output.ToString(), StringComparison.Ordinal);
    }
}
