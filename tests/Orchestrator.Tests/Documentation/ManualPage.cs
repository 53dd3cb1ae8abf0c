using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Text;
using DataForge.Orchestrator.Commands;

namespace DataForge.Orchestrator.Tests.Documentation;

/// <summary>The manual page, made from the commands (https://man7.org/linux/man-pages/man7/man.7.html).</summary>
internal static class ManualPage
{
    internal static string Of(RootCommand root)
    {
        var page = new StringBuilder();
        page.Append(".TH DATAFORGE 1\n.SH NAME\ndataforge \\- ").Append(Text(root.Description!)).Append('\n');
        page.Append(".SH SYNOPSIS\n.B dataforge\n.I COMMAND\n[\\fIOPTION\\fR ...]\n.SH COMMANDS\n");
        foreach (Command command in root.Subcommands)
        {
            page.Append(CultureInfo.InvariantCulture, $".SS {command.Name}{Arguments(command)}\n{Text(command.Description!)}\n");
            Append(page, command.Options);
            page.Append(CultureInfo.InvariantCulture, $".PP\nExample:\n.PP\n.EX\n{Text(CommandExamples.All[command.Name])}\n.EE\n");
        }

        page.Append(".SH OPTIONS OF EVERY COMMAND\n");
        Append(page, root.Options.Where(option => option is not (HelpOption or VersionOption)));
        page.Append(".SH EXIT STATUS\n");
        foreach ((string code, string meaning) in ExitCodes)
        {
            page.Append(CultureInfo.InvariantCulture, $".TP\n.B {code}\n{meaning}\n");
        }

        page.Append(".SH FILES\n.TP\n.I ./workspace\nThe crawled data and the runs; docs/data\\-format.md describes each file.\n");
        return page.ToString();
    }

    private static IReadOnlyList<(string Code, string Meaning)> ExitCodes { get; } =
    [
        ("0", "Success."), ("1", "The run failed; the message says why."), ("2", "The command line or an option is wrong; the message says what to do."),
        ("130", "The command was interrupted; run it again to continue."),
    ];

    private static string Arguments(Command command) =>
        string.Concat(command.Arguments.Select(argument => " " + Text(argument.HelpName ?? argument.Name.ToUpperInvariant())));

    private static void Append(StringBuilder page, IEnumerable<Option> options)
    {
        foreach (Option option in options.Where(option => !option.Hidden && option is not HelpOption))
        {
            string value = option.HelpName is { } name ? $" \\fI{Text(name)}\\fR" : "";
            page.Append(CultureInfo.InvariantCulture, $".TP\n\\fB{Text(option.Name)}\\fR{value}\n{Text(option.Description ?? "")}\n");
        }
    }

    // A backslash and a hyphen are special, and so are a dot and an apostrophe at the beginning of a line.
    private static string Text(string text)
    {
        string escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return escaped.StartsWith('.') || escaped.StartsWith('\'') ? "\\&" + escaped : escaped;
    }
}
