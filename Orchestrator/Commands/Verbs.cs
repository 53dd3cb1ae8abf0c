using System.CommandLine;
using DataForge.Corpus.Runs;
using DataForge.Corpus;
using DataForge.Inspection;
using DataForge.Orchestrator.OptOut;
using DataForge.Orchestrator.Scheduling;
using DataForge.Orchestrator.Settings;
using DataForge.Inspection.Tracing;

namespace DataForge.Orchestrator.Commands;

/// <summary>The command line: one verb a stage, <c>build</c> for all of them, <c>quickstart</c> to see it work.</summary>
internal static class Verbs
{
    private static readonly Option<string> WorkspaceOption = new("--workspace")
    {
        Description = "The folder that holds what was crawled, and the runs.", DefaultValueFactory = _ => "./workspace", HelpName = "DIR",
    };

    private static readonly Option<string> RunOption = new("--run")
    {
        Description = "The run's name.", DefaultValueFactory = _ => "default", HelpName = "NAME",
    };

    private static readonly Option<int> WorkersOption = new("--workers")
    {
        Description = "Parts computed at a time; changes no byte of the result. Default: one a core.",
        DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "N",
    };

    private static readonly Option<string?> ConfigOption = new("--config") { Description = "A JSON file with options.", HelpName = "FILE" };

    private static readonly Option<string[]> SetOption = new("--set")
    {
        Description = "One option, such as clean.preset=codeparrot; repeatable.", HelpName = "SECTION.OPTION=VALUE",
    };

    private static readonly Option<string[]> SourceOption = new("--source")
    {
        Description = "github:QUERY, dir:PATH, git:PATH-or-URL, jsonl:FILE, parquet:FILE-or-DIR or pinned:FILE; repeatable.", HelpName = "SOURCE",
    };

    private static readonly Option<string[]> TextOption = new("--source")
    {
        Description = "jsonl:PATH or parquet:PATH; repeatable. Text to tokenize as it is, past all rules, in place of the dataset.", HelpName = "SOURCE",
    };

    private static readonly Option<bool> StatusOption = new("--status") { Description = "Only tells how complete the crawl of github: queries is, and what is missing." };

    private static readonly Option<bool> JsonOption = new("--json") { Description = "The status as JSON." };

    private static readonly Option<string?> PresetOption = new("--preset") { Description = "A published recipe (pretrain.preset).", HelpName = "NAME" };

    private static readonly Option<string?> FromOption = new("--from") { Description = "A GPT-Neo folder to start from (pretrain.from).", HelpName = "DIR" };

    private static readonly Option<string?> ProblemsOption = new("--problems")
    {
        Description = "Problems in APPS's layout to fine-tune on (pretrain.problems).", HelpName = "DIR",
    };

    private static readonly Option<string> UntilOption = new("--until")
    {
        Description = $"The last stage to run: {string.Join(", ", StageNames.All)}.", DefaultValueFactory = _ => "report", HelpName = "STAGE",
    };

    private static readonly Option<string?> ScheduleOption = new("--schedule")
    {
        Description = "Stays, and runs now and at these times, as cron writes them ('30 3 * * *'), taking what changed since.", HelpName = "CRON",
    };

    /// <summary>Runs the verb that the arguments name; returns the exit code.</summary>
    public static async Task<int> InvokeAsync(string[] args, CancellationToken cancellation)
    {
        var root = new RootCommand("Turns Python repositories into a clean, licensed, deduplicated corpus, and a language model trained on it.")
        {
            Quickstart(), Build(),
            Stage("crawl", "Reads the sources into the workspace and pins the run's input.", SourceOption, ScheduleOption, StatusOption, JsonOption),
            Stage("clean", "Applies licences and rules: raw to 2-clean."),
            Stage("dedup", "Removes exact and near duplicates: 2-clean to 3-dataset."),
            Stage("tokenize", "Trains the tokenizer and writes token shards: 3-dataset to 4-tokens.", TextOption),
            Stage("pretrain", "Trains the model: 4-tokens to 5-model.", PresetOption, FromOption, ProblemsOption),
            GenerateCommand.Create(WorkspaceOption, RunOption),
            TraceCommand.Create(WorkspaceOption, RunOption, WorkersOption),
            OptOutCommand.Create(WorkspaceOption),
            Stage("report", "Draws 6-report from the run's manifests and events."),
        };
        InspectionCommands.Create(WorkspaceOption, RunOption).ToList().ForEach(root.Add);
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            throw DataForgeException.Usage(ParseFaults.Explain(parsed));
        }

        return await parsed.InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellation).ConfigureAwait(false);
    }

    private static Command Build()
    {
        var command = new Command("build", "Runs all stages, from the sources to the report.") { SourceOption, UntilOption, ScheduleOption };
        AddCommon(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            string until = parsed.GetValue(UntilOption)!;
            if (!StageNames.All.Contains(until))
            {
                throw DataForgeException.Usage($"--until {until}: the stages are {string.Join(", ", StageNames.All)}.");
            }

            await RunAsync(parsed, Request(parsed), StageNames.All[0], until, cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Quickstart()
    {
        var command = new Command("quickstart", "Builds a corpus and a small model from the Python on this machine, offline, in minutes.");
        AddCommon(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            string run = parsed.GetResult(RunOption) is { Implicit: false } ? parsed.GetValue(RunOption)! : "quickstart";
            await QuickstartCommand.RunAsync(Request(parsed) with { RunName = run }, cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Stage(string name, string description, params Option[] more)
    {
        var command = new Command(name, description);
        foreach (Option option in more)
        {
            command.Add(option);
        }

        AddCommon(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (name == StageNames.All[0] && parsed.GetValue(StatusOption))
            {
                CrawlStatusCommand.Run(Request(parsed), parsed.GetValue(JsonOption));
                return 0;
            }

            if (name == StageNames.All[0] && parsed.GetValue(JsonOption))
            {
                throw DataForgeException.Usage("--json goes with --status; a crawl itself writes no JSON.");
            }

            // These only go on with what is there: a mistyped name must not make a run.
            if (name is "clean" or "dedup" or "report")
            {
                InspectedRun.RequireFolder(parsed.GetValue(WorkspaceOption)!, parsed.GetValue(RunOption)!);
            }

            // Who asks for a crawl wants what is there now; a build keeps what its run was pinned to.
            PipelineRequest request = Request(parsed) with { Repin = name == StageNames.All[0] };
            await RunAsync(parsed, request, name, name, cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    // Once, or at the times of --schedule; what is run on a schedule takes what is there now, as a crawl does.
    private static Task RunAsync(ParseResult parsed, PipelineRequest request, string first, string last, CancellationToken cancellation)
    {
        if (parsed.GetResult(ScheduleOption) is null || parsed.GetValue(ScheduleOption) is not { } times)
        {
            return Pipeline.RunAsync(request, first, last, cancellation);
        }

        TimeProvider time = TimeProvider.System;
        return new ScheduledRuns(
            CronSchedule.Parse(times, time.LocalTimeZone), time,
            stop => Pipeline.RunAsync(request with { Repin = true }, first, last, stop), text => Pipeline.Tell(request, text)).RunAsync(cancellation);
    }

    private static void AddCommon(Command command)
    {
        foreach (Option option in new Option[] { WorkspaceOption, RunOption, WorkersOption, ConfigOption, SetOption })
        {
            command.Add(option);
        }
    }

    private static PipelineRequest Request(ParseResult parsed)
    {
        int workers = parsed.GetValue(WorkersOption);
        if (workers is < 1 or > 1024)
        {
            throw DataForgeException.Usage($"--workers {workers}: give a number from 1 to 1024.");
        }

        // A verb without --source has no such result; its value is then the run's own.
        string[] sources = parsed.GetResult(SourceOption) is null ? [] : parsed.GetValue(SourceOption) ?? [];
        string[] texts = parsed.GetResult(TextOption) is null ? [] : parsed.GetValue(TextOption) ?? [];
        IEnumerable<KeyValuePair<string, string?>> commandLine = (parsed.GetValue(SetOption) ?? []).Select(OptionsLoader.ParseSet)
            .Concat(sources.Select((source, i) => new KeyValuePair<string, string?>($"Crawl:Sources:{i}", source)))
            .Concat(texts.Select((text, i) => new KeyValuePair<string, string?>($"Tokenize:Sources:{i}", text)))
            .Concat(Given(parsed, PresetOption, "Pretrain:Preset")).Concat(Folder(parsed, FromOption, "Pretrain:From"))
            .Concat(Folder(parsed, ProblemsOption, "Pretrain:Problems"));
        return new PipelineRequest(
            parsed.GetValue(WorkspaceOption)!, parsed.GetValue(RunOption)!, workers, parsed.GetValue(ConfigOption), [.. commandLine]);
    }

    private static IEnumerable<KeyValuePair<string, string?>> Given(ParseResult parsed, Option<string?> option, string key) =>
        parsed.GetResult(option) is null || parsed.GetValue(option) is not { } value ? [] : [new(key, value)];

    private static IEnumerable<KeyValuePair<string, string?>> Folder(ParseResult parsed, Option<string?> option, string key)
    {
        foreach (KeyValuePair<string, string?> given in Given(parsed, option, key))
        {
            yield return Directory.Exists(given.Value) ? given : throw DataForgeException.Usage($"{option.Name} {given.Value}: there is no such folder.");
        }
    }
}
