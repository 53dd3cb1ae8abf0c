using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DataForge.Orchestrator.Commands;

/// <summary>An example of each command, which its <c>--help</c> and the manual page show.</summary>
internal static class CommandExamples
{
    /// <summary>Command → its example, a whole command line.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["quickstart"] = "dataforge quickstart --workspace ~/first",
        ["build"] = "dataforge build --source dir:~/src --run mine --until dedup",
        ["serve"] = "dataforge serve --config crawl/service.json",
        ["submit"] = "dataforge submit --engine slurm --tasks 8 --source dir:~/src --run mine --until dedup",
        ["crawl"] = "dataforge crawl --source 'github:language:python stars:>=10'",
        ["clean"] = "dataforge clean --run mine --set clean.preset=codeparrot",
        ["dedup"] = "dataforge dedup --run mine --set dedup.threshold=0.8",
        ["tokenize"] = "dataforge tokenize --run mine --set tokenize.vocabularysize=32768",
        ["pretrain"] = "dataforge pretrain --run mine --preset quickstart",
        ["generate"] = "dataforge generate --run mine --prompt 'def main():' --temperature 0.2",
        ["evaluate"] = "dataforge evaluate --set humaneval --data HumanEval.jsonl.gz --samples samples.jsonl",
        ["trace"] = "dataforge trace snippet.py --run mine",
        ["optout"] = "dataforge optout requests.txt --workspace ./workspace",
        ["report"] = "dataforge report --run mine",
        ["stats"] = "dataforge stats --run mine --json",
        ["watch"] = "dataforge watch --run mine",
        ["verify"] = "dataforge verify --run mine",
        ["explain"] = "dataforge explain 'OWNER/REPOSITORY src/a.py' --run mine",
        ["redact"] = "dataforge redact settings.py",
        ["license"] = "dataforge license ~/src/project",
        ["serve-model"] = "dataforge serve-model ./workspace/runs/mine/5-model/export --port 8000",
        ["completion"] = "dataforge completion bash > ~/.local/share/bash-completion/completions/dataforge",
    };

    /// <summary>Makes the help of the commands end with their examples.</summary>
    public static void AddToHelp(RootCommand root)
    {
        HelpOption help = root.Options.OfType<HelpOption>().First();
        help.Action = new HelpWithExample((HelpAction)help.Action!);
    }

    private sealed class HelpWithExample(HelpAction help) : SynchronousCommandLineAction
    {
        /// <summary>Who asks for help does not give the arguments that the command needs.</summary>
        public override bool ClearsParseErrors => true;

        /// <inheritdoc/>
        public override int Invoke(ParseResult parseResult)
        {
            int code = help.Invoke(parseResult);
            if (All.TryGetValue(parseResult.CommandResult.Command.Name, out string? example))
            {
                TextWriter output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Example:");
                output.WriteLine("  " + example);
                output.WriteLine();
            }

            return code;
        }
    }
}
