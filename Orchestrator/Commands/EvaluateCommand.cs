using System.CommandLine;
using DataForge.Corpus;
using DataForge.Evaluation.Scoring;
using DataForge.Evaluation.Sets;
using DataForge.Orchestrator.Evaluating;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Commands;

/// <summary>What <c>evaluate</c> is asked for.</summary>
/// <param name="Evaluation">What is scored.</param>
/// <param name="ModelFolder">The model that writes the samples; null if they are given.</param>
/// <param name="Settings">How the model writes them, without the hashes of its files.</param>
internal sealed record EvaluateRequest(EvaluationRequest Evaluation, string? ModelFolder, GenerationSettings Settings);

/// <summary>
/// <c>evaluate</c>: scores samples of a benchmark set by running them in a sandbox, after letting a model write them where none are given.
/// </summary>
internal sealed class EvaluateCommand(CommandTerminal terminal) : ICommandHandler<EvaluateRequest>
{
    private static readonly Option<string> SetOption = new("--set")
    {
        Description = $"The set: {string.Join(", ", BenchmarkSets.All.Select(set => set.Name))}.", Required = true, HelpName = "NAME",
    };

    private static readonly Option<string> DataOption = new("--data")
    {
        Description = "The set's file, as its authors publish it; for apps the folder of its problems, or a file of JSON lines.",
        Required = true, HelpName = "FILE",
    };

    private static readonly Option<string?> SamplesOption = new("--samples")
    {
        Description = "The samples to score, in the set's own format: for most sets JSON lines with task_id and completion.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> OutOption = new("--out")
    {
        Description = "Where the results are written. Default: the samples' file name with .evaluation, or the model's folder with the "
            + "set's name.",
        HelpName = "DIR",
    };

    private static readonly Option<string> PythonOption = new("--python")
    {
        Description = "The interpreter that runs the programs.", DefaultValueFactory = _ => "python3", HelpName = "COMMAND",
    };

    private static readonly Option<int> WorkersOption = new("--workers")
    {
        Description = "How many programs run at the same time. Default: one per core.",
        DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "N",
    };

    private static readonly Option<double?> TimeOption = new("--cpu-limit")
    {
        Description = "Processor time in seconds that a program may use. Default: the set's limit.", HelpName = "SECONDS",
    };

    private static readonly Option<bool> UnsafeOption = new("--unsafe")
    {
        Description = "Runs the programs without the sandbox. They can then read and write your files: only for programs that you trust.",
    };

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host) => host.Bind<EvaluateCommand, EvaluateRequest>(
        new Command("evaluate", "Scores a model with a benchmark set: runs its samples in a sandbox and prints pass@k.")
        {
            SetOption, DataOption, SamplesOption, SampleOptions.Model, SampleOptions.Samples, SampleOptions.Temperature, SampleOptions.TopP,
            SampleOptions.TopK, SampleOptions.RepetitionPenalty, SampleOptions.Tokens, SampleOptions.Seed, SampleOptions.Batch,
            SampleOptions.Infill, OutOption, PythonOption, WorkersOption, TimeOption, UnsafeOption,
        },
        Request);

    /// <inheritdoc/>
    public async Task RunAsync(EvaluateRequest request, CancellationToken cancellation)
    {
        EvaluationRequest evaluation = request.Evaluation;
        if (!evaluation.Isolated)
        {
            terminal.Error.WriteLine("dataforge: --unsafe: the programs run without the sandbox and can do what you can.");
        }

        EvaluationReport report;
        using (var progress = new EvaluationProgressLine(terminal, TimeProvider.System))
        {
            if (request.ModelFolder is { } model)
            {
                await new Evaluator(evaluation, progress).CheckAsync(cancellation).ConfigureAwait(false);
                GenerationSettings settings = ModelSamples.WriteTo(
                    evaluation, model, request.Settings, terminal.Error.WriteLine, progress, cancellation);
                evaluation = evaluation with { Generation = settings };
            }

            report = await new Evaluator(evaluation, progress).RunAsync(cancellation).ConfigureAwait(false);
        }

        if (request.ModelFolder is { } evaluated)
        {
            EvaluationCard.Write(evaluation.OutFolder, evaluated, evaluation.Set, report);
        }

        EvaluationPage.Write(evaluation.OutFolder, Path.GetFileName(request.ModelFolder ?? evaluation.SamplesFile), report);
        foreach (string line in EvaluationTable.Lines(report))
        {
            terminal.Output.WriteLine(line);
        }

        terminal.Output.WriteLine(
            $"written to {Path.Combine(evaluation.OutFolder, EvaluationFiles.Report)} and, as a page, {EvaluationFiles.Page}");
    }

    private static EvaluateRequest Request(ParseResult parsed)
    {
        IBenchmarkSet set = BenchmarkSets.Find(parsed.GetValue(SetOption)!);
        string? samples = parsed.GetValue(SamplesOption), model = parsed.GetValue(SampleOptions.Model);
        if (samples is null == model is null)
        {
            throw DataForgeException.Usage("Give either --samples FILE, to score them, or --model DIR, to let a model write them first.");
        }

        int workers = parsed.GetValue(WorkersOption);
        double? limit = parsed.GetValue(TimeOption);
        if (workers is < 1 or > CommonOptions.MostWorkers || limit is <= 0 or > 3600)
        {
            throw DataForgeException.Usage(
                $"--workers takes a number from 1 to {CommonOptions.MostWorkers}, --cpu-limit one above 0 and up to 3600.");
        }

        string given = HomePath.Expand(samples ?? model!).TrimEnd('/');
        string folder = HomePath.Expand(parsed.GetValue(OutOption) ?? given + "." + (samples is null ? set.Name : "evaluation"));
        var evaluation = new EvaluationRequest(
            set, HomePath.Expand(parsed.GetValue(DataOption)!),
            samples is null ? Path.Combine(folder, EvaluationFiles.Samples) : given, folder, workers, parsed.GetValue(PythonOption)!,
            !parsed.GetValue(UnsafeOption), limit);
        return new EvaluateRequest(evaluation, model is null ? null : given, SampleOptions.Settings(parsed, set.Name));
    }
}
