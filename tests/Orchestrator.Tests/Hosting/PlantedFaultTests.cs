using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Hosting;
using DataForge.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace DataForge.Orchestrator.Tests.Hosting;

/// <summary>A fault in the program, whatever the command: one line on the terminal, the stack trace in a log.</summary>
public sealed class PlantedFaultTests(BuiltWorkspace built) : IClassFixture<BuiltWorkspace>
{
    private const string Planted = "planted";

    [Theory]
    [InlineData("quickstart", StageNames.Crawl)]
    [InlineData("build", StageNames.Crawl)]
    [InlineData("crawl", StageNames.Crawl)]
    [InlineData("clean", StageNames.Clean)]
    [InlineData("dedup", StageNames.Dedup)]
    [InlineData("tokenize", StageNames.Tokenize)]
    [InlineData("pretrain", StageNames.Pretrain)]
    [InlineData("report", StageNames.Report)]
    public async Task StageCommand_stageHasAFault_isLogged(string command, string stage)
    {
        string[] arguments = command == "quickstart" ? [command] : [command, "--run", "r"];
        await CheckAsync(arguments, null, services => services.AddSingleton<IStage>(new FaultyStage(stage)));
    }

    [Theory]
    [InlineData("stats")]
    [InlineData("stats", "--json")]
    [InlineData("verify")]
    [InlineData("explain", "BLOB")]
    [InlineData("trace", "SNIPPET")]
    [InlineData("crawl", "--status")]
    [InlineData("optout", "LIST")]
    [InlineData("generate", "--prompt", "-", "--model", "FOLDER")]
    public async Task Command_faultWhileItReadsOrWrites_isLogged(params string[] arguments)
    {
        using var list = new TemporaryFolder();
        string[] given =
        [
            .. arguments.Select(argument => argument switch
            {
                "BLOB" => BlobId.Of(File.ReadAllBytes(built.Snippet)).ToString(),
                "SNIPPET" => built.Snippet,
                "LIST" => list.Write("list.txt", "nobody/here\n"),
                "FOLDER" => list.Path,
                _ => argument,
            }),
        ];
        await CheckAsync(
            arguments[0] == "optout" ? given : [.. given, "--run", "r"], new InvalidOperationException(Planted), _ => { });
    }

    [Fact]
    public async Task Command_noWorkspace_writesTheFaultIntoTheTemporaryFolder()
    {
        using var folder = new TemporaryFolder();
        var terminal = new TestTerminal(new InvalidOperationException(Planted));
        int code = await DataForgeHost.InvokeAsync(
            ["generate", "--prompt", "-", "--model", folder.Path, "--workspace", folder["none"]],
            terminal.Terminal, CancellationToken.None);
        Assert.Equal(DataForgeException.Failed, code);
        string file = FileOf(Assert.Single(terminal.ErrorLines));
        Assert.Equal(Path.TrimEndingDirectorySeparator(Path.GetTempPath()), Path.GetDirectoryName(file));
        Assert.Contains("System.InvalidOperationException: planted\n   at ", File.ReadAllText(file), StringComparison.Ordinal);
        File.Delete(file);
    }

    private async Task CheckAsync(string[] arguments, Exception? terminalFault, Action<IServiceCollection> plant)
    {
        string[] inWorkspace = [.. arguments, "--workspace", built.Folder];
        var terminal = new TestTerminal(terminalFault);
        int code = await DataForgeHost.InvokeAsync(inWorkspace, terminal.Terminal, CancellationToken.None, plant);
        Assert.Equal(DataForgeException.Failed, code);
        string line = Assert.Single(terminal.ErrorLines, text => text.StartsWith("dataforge: ", StringComparison.Ordinal));
        Assert.StartsWith("dataforge: a fault in the program, InvalidOperationException: planted (", line, StringComparison.Ordinal);
        Assert.StartsWith(Path.Combine(built.Folder, "faults"), FileOf(line), StringComparison.Ordinal);
        Assert.Contains("System.InvalidOperationException: planted\n   at ", File.ReadAllText(FileOf(line)), StringComparison.Ordinal);

        var logged = new TestTerminal(terminalFault);
        await DataForgeHost.InvokeAsync([.. inWorkspace, "--log", "json"], logged.Terminal, CancellationToken.None, plant);
        Assert.Single(logged.ErrorLines, text => text.StartsWith("dataforge: ", StringComparison.Ordinal));
        using JsonDocument last = JsonDocument.Parse(logged.ErrorLines[^2]);
        Assert.Equal("error", last.RootElement.GetProperty("level").GetString());
        Assert.Equal("CommandFailed", last.RootElement.GetProperty("event").GetString());
        Assert.StartsWith(
            "System.InvalidOperationException: planted\n   at ", last.RootElement.GetProperty("exception").GetString()!,
            StringComparison.Ordinal);
    }

    private static string FileOf(string line) => line[(line.IndexOf("the stack trace is in ", StringComparison.Ordinal) + 22)..^2];

    private sealed class FaultyStage(string name) : IStage
    {
        public string Name => name;

        public Task RunAsync(StageContext context, CancellationToken cancellation) => throw new InvalidOperationException(Planted);
    }
}
