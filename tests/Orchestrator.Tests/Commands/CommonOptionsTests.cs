using System.CommandLine;
using DataForge.Orchestrator.Commands;

namespace DataForge.Orchestrator.Tests.Commands;

public sealed class CommonOptionsTests
{
    [Fact]
    public void Workspace_ownHome_isExpanded()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        ParseResult parsed = Parse("--workspace=~/x");
        Assert.Empty(parsed.Errors);
        Assert.Equal(home + "/x", parsed.GetValue(CommonOptions.Workspace));
        Assert.Equal("./workspace", Parse().GetValue(CommonOptions.Workspace));
    }

    [Fact]
    public void Workspace_homeOfAnotherUser_isRefused() =>
        Assert.Contains("~somebody/x", Assert.Single(Parse("--workspace=~somebody/x").Errors).Message, StringComparison.Ordinal);

    private static ParseResult Parse(params string[] arguments) => new Command("ask") { CommonOptions.Workspace }.Parse(arguments);
}
