using System.CommandLine;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Logging;
using DataForge.Orchestrator.OptOut;
using DataForge.Orchestrator.Submitting;

namespace DataForge.Orchestrator.Commands;

/// <summary>The command line: one command per stage, <c>build</c> for all of them, and commands that inspect a run.</summary>
internal static class CommandLine
{
    /// <summary>All commands, each run by <paramref name="host"/>.</summary>
    public static RootCommand Create(CommandHost host)
    {
        var root = new RootCommand(
            "Turns Python repositories into a clean, licensed, deduplicated corpus, and a language model trained on it.")
        {
            QuickstartCommand.Create(host),
            BuildCommand.Create(host),
            ServeCommand.Create(host),
            SubmitCommand.Create(host),
            CrawlCommand.Create(host),
            StageCommand.Create(
                host, StageNames.Clean, "Applies licences and rules: raw to 2-clean.", PipelineOptions.Rank, PipelineOptions.World),
            StageCommand.Create(
                host, StageNames.Dedup, "Removes exact and near duplicates: 2-clean to 3-dataset.",
                PipelineOptions.Rank, PipelineOptions.World),
            StageCommand.Create(
                host, StageNames.Tokenize, "Trains the tokenizer and writes token shards: 3-dataset to 4-tokens.",
                PipelineOptions.Texts, PipelineOptions.Rank, PipelineOptions.World),
            StageCommand.Create(
                host, StageNames.Pretrain, "Trains the model: 4-tokens to 5-model.",
                PipelineOptions.Preset, PipelineOptions.From, PipelineOptions.Problems),
            GenerateCommand.Create(host),
            EvaluateCommand.Create(host),
            ServeModelCommand.Create(host),
            TraceCommand.Create(host),
            OptOutCommand.Create(host),
            StageCommand.Create(host, StageNames.Report, "Writes 6-report from the run's manifests and events."),
            StatsCommand.Create(host),
            WatchCommand.Create(host),
            VerifyCommand.Create(host),
            ExplainCommand.Create(host),
            RedactCommand.Create(host),
            LicenseCommand.Create(host),
            CompletionCommand.Create(host),
        };
        foreach (Option option in LogSettings.Options)
        {
            root.Add(option);
        }

        CommandExamples.AddToHelp(root);
        return root;
    }
}
