using System.CommandLine;
using DataForge.Corpus;
using DataForge.Evaluation.Scoring;
using DataForge.Evaluation.Sets;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Commands;

/// <summary><c>evaluate</c>: scores samples of a benchmark set by running them in a sandbox.</summary>
internal sealed class EvaluateCommand(CommandTerminal terminal) : ICommandHandler<EvaluationRequest>
{
    private static readonly Option<string> SetOption = new("--set")
    {
        Description = $"The set: {string.Join(", ", BenchmarkSets.All.Select(set => set.Name))}.", Required = true, HelpName = "NAME",
    };

    private static readonly Option<string> DataOption = new("--data")
    {
        Description = "The set's file, as its authors publish it.", Required = true, HelpName = "FILE",
    };

    private static readonly Option<string> SamplesOption = new("--samples")
    {
        Description = "The samples to score, in the set's own form: a JSON line with task_id and completion for each.",
        Required = true, HelpName = "FILE",
    };

    private static readonly Option<string?> OutOption = new("--out")
    {
        Description = "Where evaluation.json and results.jsonl are written. Default: the samples' file name with .evaluation.",
        HelpName = "DIR",
    };

    private static readonly Option<string> PythonOption = new("--python")
    {
        Description = "The interpreter that runs the programs.", DefaultValueFactory = _ => "python3", HelpName = "COMMAND",
    };

    private static readonly Option<int> WorkersOption = new("--workers")
    {
        Description = "Programs judged at a time. Default: one per core.", DefaultValueFactory = _ => Environment.ProcessorCount,
        HelpName = "N",
    };

    private static readonly Option<double?> TimeOption = new("--cpu-limit")
    {
        Description = "Seconds of processor time for a program. Default: the set's own.", HelpName = "SECONDS",
    };

    private static readonly Option<bool> UnsafeOption = new("--unsafe")
    {
        Description = "Runs the programs without the sandbox. They can then read and write what you can; only for programs you trust.",
    };

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host) => host.Bind<EvaluateCommand, EvaluationRequest>(
        new Command("evaluate", "Scores a model's samples of a benchmark set: runs them in a sandbox and prints pass@k.")
        {
            SetOption, DataOption, SamplesOption, OutOption, PythonOption, WorkersOption, TimeOption, UnsafeOption,
        },
        Request);

    /// <inheritdoc/>
    public async Task RunAsync(EvaluationRequest request, CancellationToken cancellation)
    {
        if (!request.Isolated)
        {
            terminal.Error.WriteLine("dataforge: --unsafe: the programs run without the sandbox and can do what you can.");
        }

        EvaluationReport report;
        using (var progress = new EvaluationProgressLine(terminal, TimeProvider.System))
        {
            report = await new Evaluator(request, progress).RunAsync(cancellation).ConfigureAwait(false);
        }

        foreach (string line in EvaluationTable.Lines(report))
        {
            terminal.Output.WriteLine(line);
        }

        terminal.Output.WriteLine($"written to {Path.Combine(request.OutFolder, Evaluator.ReportFile)}");
    }

    private static EvaluationRequest Request(ParseResult parsed)
    {
        string samples = HomePath.Expand(parsed.GetValue(SamplesOption)!);
        int workers = parsed.GetValue(WorkersOption);
        double? limit = parsed.GetValue(TimeOption);
        if (workers is < 1 or > CommonOptions.MostWorkers || limit is <= 0 or > 3600)
        {
            throw DataForgeException.Usage(
                $"--workers takes a number from 1 to {CommonOptions.MostWorkers}, --cpu-limit one above 0 and up to 3600.");
        }

        return new EvaluationRequest(
            BenchmarkSets.Find(parsed.GetValue(SetOption)!), HomePath.Expand(parsed.GetValue(DataOption)!), samples,
            parsed.GetValue(OutOption) is { } folder ? HomePath.Expand(folder) : samples + ".evaluation", workers,
            parsed.GetValue(PythonOption)!, !parsed.GetValue(UnsafeOption), limit);
    }
}
