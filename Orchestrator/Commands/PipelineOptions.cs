using System.CommandLine;
using DataForge.Corpus;
using DataForge.Orchestrator.Settings;

namespace DataForge.Orchestrator.Commands;

/// <summary>The command-line options of commands that run stages.</summary>
internal static class PipelineOptions
{
    private static readonly Option<string?> Config = new("--config") { Description = "A JSON file with options.", HelpName = "FILE" };

    /// <summary><c>--set</c>: one option of a section.</summary>
    public static Option<string[]> Set { get; } = new("--set")
    {
        Description = "One option, such as clean.preset=codeparrot; repeatable.", HelpName = "SECTION.OPTION=VALUE",
    };

    /// <summary><c>--source</c>: what to crawl.</summary>
    public static Option<string[]> Sources { get; } = new("--source")
    {
        Description = "github:QUERY, dir:PATH, "
            + "git:PATH-or-URL[#REVISION], jsonl:FILE-or-DIR, parquet:FILE-or-DIR or pinned:FILE; repeatable.",
        HelpName = "SOURCE",
    };

    /// <summary><c>--source</c> of the tokenizer.</summary>
    public static Option<string[]> Texts { get; } = new("--source")
    {
        Description = "jsonl:PATH or parquet:PATH; repeatable. Text to tokenize unchanged, without any rules, instead of the dataset.",
        HelpName = "SOURCE",
    };

    /// <summary><c>--preset</c>.</summary>
    public static Option<string?> Preset { get; } = new("--preset")
    {
        Description = "A recipe, with the size of the model (pretrain.preset).", HelpName = "NAME",
    };

    /// <summary><c>--from</c>.</summary>
    public static Option<string?> From { get; } = new("--from")
    {
        Description = "A GPT-Neo folder to start from (pretrain.from).", HelpName = "DIR",
    };

    /// <summary><c>--problems</c>.</summary>
    public static Option<string?> Problems { get; } = new("--problems")
    {
        Description = "Problems in APPS's layout to fine-tune on (pretrain.problems).", HelpName = "DIR",
    };

    /// <summary><c>--rank</c>.</summary>
    public static Option<int> Rank { get; } = new("--rank")
    {
        Description = "With --world: which of the processes that share the stage's parts this one is, from 0.", HelpName = "R",
    };

    /// <summary><c>--world</c>.</summary>
    public static Option<int> World { get; } = new("--world")
    {
        Description = "How many processes share the stage's parts. Each begins with its own, and computes those of the others if they end.",
        DefaultValueFactory = _ => 1, HelpName = "N",
    };

    /// <summary>Adds the options that every such command has, after those of its own.</summary>
    public static Command WithPipelineOptions(this Command command)
    {
        foreach (Option option in new Option[] { CommonOptions.Workspace, CommonOptions.Run, CommonOptions.Workers, Config, Set })
        {
            command.Add(option);
        }

        return command;
    }

    /// <summary>The request that a command line makes.</summary>
    /// <exception cref="DataForgeException">An option has a value it cannot have. Exit code 2.</exception>
    public static PipelineRequest Request(ParseResult parsed)
    {
        int workers = parsed.GetValue(CommonOptions.Workers);
        if (workers is < 1 or > CommonOptions.MostWorkers)
        {
            throw DataForgeException.Usage($"--workers {workers}: give a number from 1 to {CommonOptions.MostWorkers}.");
        }

        // A command without --source has no such result; the sources are then the run's own.
        string[] sources = parsed.GetResult(Sources) is null ? [] : parsed.GetValue(Sources) ?? [];
        string[] texts = parsed.GetResult(Texts) is null ? [] : parsed.GetValue(Texts) ?? [];
        IEnumerable<KeyValuePair<string, string?>> commandLine =
        [
            .. (parsed.GetValue(Set) ?? []).Select(OptionsLoader.ParseSet),
            .. sources.Select((source, i) => new KeyValuePair<string, string?>($"Crawl:Sources:{i}", source)),
            .. texts.Select((text, i) => new KeyValuePair<string, string?>($"Tokenize:Sources:{i}", text)),
            .. Given(parsed, Preset, "Pretrain:Preset"),
            .. Folder(parsed, From, "Pretrain:From"),
            .. Folder(parsed, Problems, "Pretrain:Problems"),
        ];
        return new PipelineRequest(
            parsed.GetValue(CommonOptions.Workspace)!, parsed.GetValue(CommonOptions.Run)!, workers, parsed.GetValue(Config),
            [.. commandLine])
        {
            FirstPart = FirstPart(parsed),
        };
    }

    private static double FirstPart(ParseResult parsed)
    {
        int rank = parsed.GetResult(Rank) is null ? 0 : parsed.GetValue(Rank);
        int world = parsed.GetResult(World) is null ? 1 : parsed.GetValue(World);
        return world >= 1 && rank >= 0 && rank < world
            ? (double)rank / world
            : throw DataForgeException.Usage($"--rank {rank} --world {world}: give a rank from 0 to below the number of processes.");
    }

    private static IEnumerable<KeyValuePair<string, string?>> Given(ParseResult parsed, Option<string?> option, string key) =>
        parsed.GetResult(option) is null || parsed.GetValue(option) is not { } value ? [] : [new(key, value)];

    private static IEnumerable<KeyValuePair<string, string?>> Folder(ParseResult parsed, Option<string?> option, string key)
    {
        foreach (KeyValuePair<string, string?> given in Given(parsed, option, key))
        {
            yield return Directory.Exists(given.Value)
                ? given
                : throw DataForgeException.Usage($"{option.Name} {given.Value}: there is no such folder.");
        }
    }
}
