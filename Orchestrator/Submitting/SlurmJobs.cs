using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Service.Jobs;

namespace DataForge.Orchestrator.Submitting;

/// <summary>
/// Slurm: one job per stage, an array where tasks share it, each after the one before it (https://slurm.schedmd.com/sbatch.html).
/// Partition, account, time and memory come from sbatch's own variables, such as SBATCH_PARTITION.
/// </summary>
/// <param name="request">What is submitted.</param>
/// <param name="output">Receives a line for each job.</param>
internal sealed class SlurmJobs(SubmitRequest request, TextWriter output)
{
    private readonly string _folder = JobFolder.Of(request.Build);

    /// <summary>Prints the jobs.</summary>
    public void Print(IReadOnlyList<SubmittedStage> stages)
    {
        foreach (SubmittedStage stage in stages)
        {
            string previous = stage == stages[0] ? "" : "JOB";
            output.WriteLine($"# sbatch {ShellWords.Quote(Arguments(stage, previous))}");
            output.WriteLine(Script(stage));
        }
    }

    /// <summary>Writes the scripts and submits them.</summary>
    /// <exception cref="DataForgeException">Slurm refuses a job; those before it stay.</exception>
    public async Task SubmitAsync(IReadOnlyList<SubmittedStage> stages, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_folder);
        string previous = "";
        foreach (SubmittedStage stage in stages)
        {
            AtomicFile.Write(ScriptFile(stage), Encoding.UTF8.GetBytes(Script(stage)));
            previous = await SendAsync(Arguments(stage, previous), previous, cancellation).ConfigureAwait(false);
            output.WriteLine($"{stage.Stage}: job {previous}, {stage.TasksInWords}");
        }
    }

    // %a is the task's number.
    private string LogFile(SubmittedStage stage) =>
        Path.Combine(_folder.Replace("%", "%%", StringComparison.Ordinal), $"{stage.Stage}{(stage.IsShared ? "-%a" : "")}.log");

    private string ScriptFile(SubmittedStage stage) => Path.Combine(_folder, stage.Stage + ".sh");

    private string[] Arguments(SubmittedStage stage, string previous) =>
    [
        "--parsable", $"--job-name=dataforge-{request.Build.RunName}-{stage.Stage}", "--requeue", "--open-mode=append",
        $"--output={LogFile(stage)}",
        stage.IsShared ? $"--array=0-{stage.Tasks - 1}" : $"--ntasks={stage.Tasks}",
        .. previous.Length > 0 ? (string[])[$"--dependency=afterok:{previous}", "--kill-on-invalid-dep=yes"] : [],
        ScriptFile(stage),
    ];

    private static string Script(SubmittedStage stage)
    {
        string command = ShellWords.Quote([.. ThisProgram.Command, .. stage.Arguments]);
        var script = new StringBuilder("#!/bin/sh\n# Written by dataforge submit.\n");
        if (stage.IsTraining)
        {
            script.Append(
                $$"""
                export WORLD_SIZE="$SLURM_NTASKS" LOCAL_WORLD_SIZE="${SLURM_NTASKS_PER_NODE:-1}"
                export MASTER_ADDR="$(hostname)" MASTER_PORT="$((20000 + SLURM_JOB_ID % 10000))"
                srun --kill-on-bad-exit=1 sh -c 'export RANK="$SLURM_PROCID" LOCAL_RANK="$SLURM_LOCALID"; exec "$@"' dataforge \
                  {{command}}

                """);
        }
        else
        {
            script.Append(stage.IsShared ? $"{command} --rank \"$SLURM_ARRAY_TASK_ID\" --world {stage.Tasks}\n" : command + "\n");
        }

        (int signal, int restarts) = (SubmittedStage.LeastSignalCode, SubmittedStage.MostRestarts);
        return script.Append(
            $$"""
            code=$?
            if [ "$code" -ge {{signal}} ] && [ "${SLURM_RESTART_COUNT:-0}" -lt {{restarts}} ]; then
              scontrol requeue "$SLURM_JOB_ID" && sleep 600
            fi
            exit "$code"

            """).ToString();
    }

    private static async Task<string> SendAsync(string[] arguments, string before, CancellationToken cancellation)
    {
        string stay = before.Length == 0 ? "" : $" The jobs before it stay (scancel {before} and those it waits for).";
        try
        {
            using Process sbatch = Process.Start(
                new ProcessStartInfo("sbatch", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> errors = sbatch.StandardError.ReadToEndAsync(cancellation);
            string printed = await sbatch.StandardOutput.ReadToEndAsync(cancellation).ConfigureAwait(false);
            await sbatch.WaitForExitAsync(cancellation).ConfigureAwait(false);
            string message = (await errors.ConfigureAwait(false)).Trim().ReplaceLineEndings(" ");
            return sbatch.ExitCode == 0
                ? printed.Trim().Split(';')[0]
                : throw new DataForgeException($"Slurm refuses a job: {message}.{stay}");
        }
        catch (Win32Exception e)
        {
            throw DataForgeException.Usage("There is no program sbatch here: run submit on a machine of the Slurm cluster.", e);
        }
    }
}
