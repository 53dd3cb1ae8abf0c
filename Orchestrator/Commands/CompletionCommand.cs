using System.CommandLine;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Commands;

/// <summary>A shell whose words can be completed.</summary>
internal enum Shell
{
    /// <summary>GNU bash.</summary>
    Bash,

    /// <summary>Z shell.</summary>
    Zsh,

    /// <summary>fish.</summary>
    Fish,
}

/// <summary>
/// <c>completion</c>: prints a script by which a shell completes commands and options. It asks the program for the words, by
/// System.CommandLine's <c>[suggest]</c> directive (https://learn.microsoft.com/dotnet/standard/commandline/how-to-enable-tab-completion),
/// so it never lacks an option.
/// </summary>
internal sealed class CompletionCommand(CommandTerminal terminal) : ICommandHandler<Shell>
{
    private const string Bash = """
        _dataforge() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _dataforge dataforge ./dataforge
        """;

    private const string Zsh = """
        #compdef dataforge
        _dataforge() {
          local -a words_found
          words_found=("${(@f)$("${words[1]}" "[suggest:${#BUFFER}]" "$BUFFER" 2>/dev/null)}")
          compadd -a words_found || _files
        }
        compdef _dataforge dataforge
        """;

    private const string Fish = """
        function __dataforge_words
          dataforge "[suggest:"(commandline --cursor)"]" (commandline --cut-at-cursor) 2>/dev/null
        end
        complete --command dataforge --arguments '(__dataforge_words)'
        """;

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        var shell = new Argument<Shell>("SHELL") { Description = "bash, zsh or fish.", HelpName = "bash|zsh|fish" };
        return host.BindWithoutHost<Shell>(
            new Command("completion", "Prints a completion script for a shell.") { shell },
            parsed => parsed.GetValue(shell),
            (terminal, _) => new CompletionCommand(terminal));
    }

    /// <inheritdoc/>
    public Task RunAsync(Shell request, CancellationToken cancellation)
    {
        terminal.Output.WriteLine(request switch { Shell.Bash => Bash, Shell.Zsh => Zsh, _ => Fish });
        return Task.CompletedTask;
    }
}
