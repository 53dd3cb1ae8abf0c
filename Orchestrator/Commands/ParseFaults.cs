using System.CommandLine;
using System.CommandLine.Parsing;
using DataForge.Orchestrator.Settings;

namespace DataForge.Orchestrator.Commands;

/// <summary>Says of a command line that cannot be understood what is wrong with it, and where help is.</summary>
internal static class ParseFaults
{
    /// <summary>All of it in one line.</summary>
    public static string Explain(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        if (command is RootCommand)
        {
            string[] names = [.. command.Subcommands.Select(verb => verb.Name)];
            return parsed.UnmatchedTokens is [var given, ..]
                ? $"There is no command '{given}'{NearestName.Hint(given, names)} dataforge --help lists them."
                : $"Name a command: {string.Join(", ", names)}. dataforge --help says what each does.";
        }

        IEnumerable<string> faults = parsed.Errors.Where(error => !IsUnmatched(error, parsed)).Select(error => Words(error, command)).Concat(Unmatched(parsed, command)).Distinct();
        return $"{string.Join(" ", faults)} dataforge {command.Name} --help says what there is.";
    }

    private static bool IsUnmatched(ParseError error, ParseResult parsed) => parsed.UnmatchedTokens.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal))
        && error.SymbolResult is CommandResult or null;

    // What follows an option that does not exist is most likely its value.
    private static IEnumerable<string> Unmatched(ParseResult parsed, Command command)
    {
        string[] options = [.. parsed.UnmatchedTokens.Where(token => token.StartsWith('-') && token.Length > 1)];
        return options.Length > 0
            ? options.Select(option => $"{command.Name} has no option '{option}'{NearestName.Hint(option, command.Options.Select(known => known.Name))}")
            : parsed.UnmatchedTokens.Select(token => $"{command.Name} takes no argument '{token}'.");
    }

    private static string Words(ParseError error, Command command) => error.SymbolResult switch
    {
        OptionResult { Tokens: [] } option => $"{option.Option.Name} needs {option.Option.HelpName ?? "a value"}.",
        OptionResult { Tokens: [var token, ..], Option: var option } when option.ValueType == typeof(int) || option.ValueType == typeof(ulong) => $"{option.Name} {token.Value}: give a whole number.",
        OptionResult { Tokens: [var token, ..], Option: var option } when option.ValueType == typeof(double) => $"{option.Name} {token.Value}: give a number.",
        ArgumentResult { Tokens: [] } argument => $"{command.Name} needs {argument.Argument.HelpName ?? argument.Argument.Name}.",
        _ => error.Message,
    };
}
