using System.CommandLine;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Commands;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Settings;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Submitting;

/// <summary><c>submit</c>: runs the stages as jobs of several tasks that share one workspace.</summary>
internal static class SubmitCommand
{
    private const int MostTasks = 10_000;

    private static readonly Option<SubmitEngine> Engine = new("--engine")
    {
        Description = "local (processes on this machine), slurm (sbatch) or kubernetes (prints the jobs).", Required = true,
        HelpName = "ENGINE",
    };

    private static readonly Option<int> Tasks = new("--tasks")
    {
        Description = "How many tasks share a stage.", DefaultValueFactory = _ => 4, HelpName = "N",
    };

    private static readonly Option<int> Trainers = new("--trainers")
    {
        Description = "How many processes train together.", DefaultValueFactory = _ => 1, HelpName = "N",
    };

    private static readonly Option<bool> Print = new("--print") { Description = "Prints the jobs, and starts nothing." };

    private static readonly Option<string?> Image = new("--image")
    {
        Description = "The container image, for kubernetes.", HelpName = "IMAGE",
    };

    private static readonly Option<string?> Claim = new("--claim")
    {
        Description = "The PersistentVolumeClaim of the volume that is mounted at the workspace, for kubernetes.", HelpName = "NAME",
    };

    private static readonly Option<string?> Secret = new("--secret")
    {
        Description = "The Secret whose values the tasks have as environment variables (such as DATAFORGE_GITHUB_TOKENS), for kubernetes.",
        HelpName = "NAME",
    };

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Command command = new Command("submit", "Runs the stages as jobs of several tasks that share a workspace. See docs/operating.md.")
        {
            Engine, Tasks, Trainers, Print, Image, Claim, Secret, BuildCommand.Until, PipelineOptions.Sources,
        }.WithPipelineOptions();
        command.SetAction(async (parsed, cancellation) =>
        {
            await RunAsync(Request(parsed), host.Terminal, cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static SubmitRequest Request(ParseResult parsed)
    {
        PipelineRequest build = PipelineOptions.Request(parsed) with { Stages = BuildCommand.StagesUntil(parsed) };
        (int tasks, int trainers) = (parsed.GetValue(Tasks), parsed.GetValue(Trainers));
        if (tasks is < 1 or > MostTasks || trainers is < 1 or > MostTasks)
        {
            throw DataForgeException.Usage($"--tasks {tasks}, --trainers {trainers}: give numbers from 1 to {MostTasks}.");
        }

        // A wrong option would be found only when the first task runs.
        _ = OptionsLoader.Load(null, build.OptionsFile, build.CommandLine);
        return new SubmitRequest(
            build, parsed.GetValue(Engine), tasks, trainers, parsed.GetValue(Print), parsed.GetValue(Image), parsed.GetValue(Claim),
            parsed.GetValue(Secret));
    }

    private static async Task RunAsync(SubmitRequest request, CommandTerminal terminal, CancellationToken cancellation)
    {
        IReadOnlyList<SubmittedStage> stages = SubmittedStage.Of(request);
        switch (request.Engine)
        {
            case SubmitEngine.Kubernetes:
                terminal.Output.Write(KubernetesJobs.Write(request));
                break;
            case SubmitEngine.Slurm when request.IsPrinted:
                new SlurmJobs(request, terminal.Output).Print(stages);
                break;
            case SubmitEngine.Local when request.IsPrinted:
                new LocalJobs(request, terminal.Output).Print(stages);
                break;
            case SubmitEngine.Slurm:
                OpenRun(request);
                await new SlurmJobs(request, terminal.Output).SubmitAsync(stages, cancellation).ConfigureAwait(false);
                break;
            default:
                OpenRun(request);
                await new LocalJobs(request, terminal.Output).RunAsync(stages, cancellation).ConfigureAwait(false);
                break;
        }
    }

    // A wrong name is refused here, and an unfinished opt-out.
    private static void OpenRun(SubmitRequest request)
    {
        Workspace workspace = Workspace.Open(request.Build.WorkspaceFolder);
        using FileLock held = Corpus.OptOuts.OptOutLock.Share(workspace);
        _ = Run.Open(workspace, request.Build.RunName);
    }
}
