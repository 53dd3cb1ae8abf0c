using System.CommandLine;
using System.Text.RegularExpressions;
using DataForge.Orchestrator.Commands;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Tests.Hosting;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Documentation;

/// <summary>Every command line in README, CONTRIBUTING, docs and help texts is one that the program understands.</summary>
public partial class DocumentedCommandsTests
{
    public static TheoryData<string> Pages => [.. ShellBlock.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_itsBlocksOfCommands_sayWhetherTheyRun(string page) =>
        Assert.Empty(ShellBlock.Of(page).Where(block => block.Marker is null).Select(block => $"{page}:{block.Line}"));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_itsCommands_areUnderstood(string page)
    {
        IEnumerable<string> inText = CodeInText().Matches(File.ReadAllText(Path.Combine(SharedFiles.ProjectRoot, page)))
            .Select(match => match.Groups[1].Value).Where(code => !code.Contains('…') && !code.Contains('['));
        Assert.Empty(ShellBlock.Of(page).SelectMany(block => block.Commands).Concat(inText).SelectMany(Faults));
    }

    [Fact]
    public void EachCommand_itsHelp_endsWithAnExampleThatIsUnderstood()
    {
        RootCommand root = CommandLine.Create(new CommandHost(new TestTerminal().Terminal));
        Assert.Equal(root.Subcommands.Select(command => command.Name).Order(), CommandExamples.All.Keys.Order());
        foreach ((string name, string example) in CommandExamples.All)
        {
            Assert.StartsWith($"dataforge {name}", example, StringComparison.Ordinal);
            Assert.Empty(Faults(example));
        }
    }

    [Fact]
    public async Task Help_ofACommand_showsItsExample()
    {
        var terminal = new TestTerminal();
        Assert.Equal(0, await DataForgeHost.InvokeAsync(["stats", "--help"], terminal.Terminal, CancellationToken.None));
        Assert.EndsWith($"Example:\n  {CommandExamples.All["stats"]}\n\n", terminal.Output.ToString().ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("license")]
    [InlineData("explain")]
    [InlineData("trace")]
    [InlineData("redact")]
    [InlineData("serve-model")]
    public async Task Help_ofACommandThatNeedsAnArgument_isShownWithoutIt(string command)
    {
        var terminal = new TestTerminal();
        Assert.Equal(0, await DataForgeHost.InvokeAsync([command, "--help"], terminal.Terminal, CancellationToken.None));
        Assert.Contains($"dataforge {command}", terminal.Output.ToString(), StringComparison.Ordinal);
    }

    // The faults of a command line of the program or its launcher; none where it runs another program.
    private static IEnumerable<string> Faults(string command)
    {
        IReadOnlyList<string> words = ShellBlock.Words(command);
        if (words.Count == 0 || words[0] is not ("./dataforge" or "dataforge"))
        {
            return [];
        }

        string verb = words.Count > 1 ? words[1] : "";
        if (verb is "test" or "pack" or "native")
        {
            return [];
        }

        if (verb == "check")
        {
            string checks = File.ReadAllText(Path.Combine(SharedFiles.ProjectRoot, "launcher", "check.sh"));
            return words.Count == 2 || words[2] == "NAME" || checks.Contains($"\n    {words[2]})\n", StringComparison.Ordinal)
                ? []
                : [$"{command}: there is no check '{words[2]}'"];
        }

        RootCommand root = CommandLine.Create(new CommandHost(new TestTerminal().Terminal));
        return words.Count == 2 && root.Subcommands.Any(known => known.Name == verb)
            ? [] // a command named by itself
            : root.Parse([.. words.Skip(1)]).Errors.Select(error => $"{command}: {error.Message}");
    }

    [GeneratedRegex("`((?:\\./)?dataforge [^`]*)`")]
    private static partial Regex CodeInText();
}
