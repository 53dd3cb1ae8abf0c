using System.CommandLine;
using System.CommandLine.Parsing;
using DataForge.Orchestrator.Settings;

namespace DataForge.Orchestrator.Commands;

/// <summary>Explains what is wrong with a command line, and where the help is.</summary>
internal static class ParseFaults
{
    /// <summary>All faults in one line.</summary>
    public static string Explain(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        if (command is RootCommand)
        {
            return OfRoot(parsed, command);
        }

        IEnumerable<string> faults = parsed.Errors.Where(error => !IsUnmatched(error, parsed))
            .Select(error => Describe(error, command)).Concat(Unmatched(parsed, command)).Distinct();
        return $"{string.Join(" ", faults)} dataforge {command.Name} --help lists what it takes.";
    }

    private static string OfRoot(ParseResult parsed, Command root)
    {
        string[] names = [.. root.Subcommands.Select(command => command.Name)];
        return parsed.UnmatchedTokens is [var given, ..]
            ? $"There is no command '{given}'{NearestName.Hint(given, names)} dataforge --help lists them."
            : $"Name a command: {string.Join(", ", names)}. dataforge --help says what each does.";
    }

    private static bool IsUnmatched(ParseError error, ParseResult parsed) =>
        error.SymbolResult is CommandResult or null
        && parsed.UnmatchedTokens.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal));

    // The token after an option that does not exist is most likely its value.
    private static IEnumerable<string> Unmatched(ParseResult parsed, Command command)
    {
        string[] options = [.. parsed.UnmatchedTokens.Where(token => token.StartsWith('-') && token.Length > 1)];
        IEnumerable<string> known = command.Options.Concat(parsed.RootCommandResult.Command.Options).Select(option => option.Name);
        return options.Length > 0
            ? options.Select(option => $"{command.Name} has no option '{option}'{Hint(option, command, known)}")
            : parsed.UnmatchedTokens.Select(token => $"{command.Name} takes no argument '{token}'.");
    }

    // An option of a section, such as "--pretrain.steps", is given with --set.
    private static string Hint(string option, Command command, IEnumerable<string> known)
    {
        string name = option.TrimStart('-');
        return name.Contains('.') && command.Options.Contains(PipelineOptions.Set)
            ? $"; give it as {PipelineOptions.Set.Name} {name}{(name.Contains('=') ? "" : "=VALUE")}."
            : NearestName.Hint(option, known);
    }

    private static string Describe(ParseError error, Command command) => error.SymbolResult switch
    {
        OptionResult { Tokens: [] } result => $"{result.Option.Name} needs {result.Option.HelpName ?? "a value"}.",
        OptionResult { Tokens: [var token, ..] } result when Expected(result.Option) is { } expected =>
            $"{result.Option.Name} {token.Value}: give {expected}.",
        ArgumentResult { Tokens: [] } argument => $"{command.Name} needs {argument.Argument.HelpName ?? argument.Argument.Name}.",
        _ => error.Message,
    };

    private static string? Expected(Option option)
    {
        Type type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        return type == typeof(int) || type == typeof(ulong) ? "a whole number"
            : type == typeof(double) ? "a number"
            : type.IsEnum ? $"one of {option.HelpName}"
            : null;
    }
}
