using System.CommandLine;

namespace DataForge.Orchestrator.Commands;

/// <summary><c>generate</c>: continues a prompt with an exported model.</summary>
internal static class GenerateCommand
{
    public static Command Create(Option<string> workspace, Option<string> run)
    {
        var command = new Command("generate", "Continues a prompt with an exported model.") { workspace, run };
        return command;
    }
}
