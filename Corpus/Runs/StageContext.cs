using System.Diagnostics;
using DataForge.Corpus.Events;

namespace DataForge.Corpus.Runs;

/// <summary>A stage of the pipeline: a function of files, resumable by part.</summary>
public interface IStage
{
    /// <summary>Its name: crawl, clean, dedup, tokenize, pretrain or report.</summary>
    string Name { get; }

    /// <summary>Brings the stage's output up to date with its input and options. Parts that are whole are not computed again.</summary>
    Task RunAsync(StageContext context, CancellationToken cancellation);
}

/// <summary>One part to compute.</summary>
/// <param name="Part">Its name within the stage, such as <c>part-00000</c>.</param>
/// <param name="InputHash">The hash of what it reads.</param>
/// <param name="Weight">Its share of the stage's progress, in the unit of <see cref="StageContext.RunPartsAsync"/>.</param>
/// <param name="Compute">Writes the part's files through <see cref="PartOutput.Create"/>.</param>
public sealed record PartPlan(string Part, string InputHash, long Weight, Func<PartOutput, CancellationToken, Task> Compute);

/// <summary>What a stage runs with: the run, its log, and the means to compute parts once.</summary>
public sealed class StageContext(Run run, EventLog events, int workers, TimeProvider time)
{
    /// <summary>The run.</summary>
    public Run Run => run;

    /// <summary>The run's workspace.</summary>
    public Workspace Workspace => run.Workspace;

    /// <summary>The run's event log.</summary>
    public EventLog Events => events;

    /// <summary>How many parts may be computed at a time, at least 1. Never changes a row.</summary>
    public int Workers => workers;

    /// <summary>The clock, for events and progress only.</summary>
    public TimeProvider Time => time;

    /// <summary>
    /// Starts a progress line for a stage. <paramref name="unit"/> is <c>bytes</c>, <c>files</c>, <c>parts</c>, <c>steps</c> …
    /// </summary>
    public StageProgress Progress(string stage, string unit, long total) => new(events, time, stage, unit, total);

    /// <summary>
    /// Computes the parts of a stage, up to <see cref="Workers"/> at a time. A part whose input and options hashes stand in a manifest
    /// of this run is left as it is; one that stands in another run's is linked from there. Several processes may do this at the same
    /// time over the same run: each part is computed by one of them. Returns the entries in the order of the plans.
    /// </summary>
    public async Task<IReadOnlyList<ManifestEntry>> RunPartsAsync(
        string stage, string optionsHash, IReadOnlyList<PartPlan> plans, string unit, CancellationToken cancellation)
    {
        var entries = new ManifestEntry?[plans.Count];
        using StageProgress progress = Progress(stage, unit, plans.Sum(plan => plan.Weight));
        var options = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellation };

        // Parts that another process holds are passed over first and waited for at the end, so that both have work.
        for (int pass = 0; pass < 2; pass++)
        {
            bool wait = pass == 1;
            int[] open = [.. Enumerable.Range(0, plans.Count).Where(i => entries[i] is null)];
            await Parallel.ForEachAsync(open, options, async (i, token) =>
            {
                entries[i] = await RunPartAsync(stage, optionsHash, plans[i], wait, token).ConfigureAwait(false);
                if (entries[i] is not null)
                {
                    progress.Advance(plans[i].Weight);
                }
            }).ConfigureAwait(false);
        }

        return entries!;
    }

    /// <summary>Computes one part that is the whole of a stage or step, showing no progress of its own.</summary>
    public async Task<ManifestEntry> RunPartAsync(string stage, string optionsHash, PartPlan plan, CancellationToken cancellation) =>
        (await RunPartAsync(stage, optionsHash, plan, wait: true, cancellation).ConfigureAwait(false))!;

    private async Task<ManifestEntry?> RunPartAsync(
        string stage, string optionsHash, PartPlan plan, bool wait, CancellationToken cancellation)
    {
        if (FindWhole(stage, optionsHash, plan) is { } before)
        {
            events.Write(new PartDone(stage, plan.Part, Reused: true, 0, before.Counts));
            return before;
        }

        string lockFile = run.Manifest.LockFile(stage, plan.Part);
        using FileLock? held = wait
            ? await FileLock.TakeAsync(
                lockFile, () => events.Write(Note.Information($"waiting for another process that computes {stage} {plan.Part}")), cancellation)
                .ConfigureAwait(false)
            : FileLock.TryTake(lockFile);
        if (held is null)
        {
            return null;
        }

        // Another process may have finished the part while this one waited for the lock.
        if (FindWhole(stage, optionsHash, plan) is { } meanwhile)
        {
            events.Write(new PartDone(stage, plan.Part, Reused: true, 0, meanwhile.Counts));
            return meanwhile;
        }

        if (run.Manifest.FindElsewhere(stage, plan.Part, plan.InputHash, optionsHash) is var (folder, known)
            && Manifest.IsWhole(folder, known))
        {
            foreach (ManifestOutput output in known.Outputs)
            {
                AtomicFile.LinkOrCopy(Path.Combine(folder, output.Path), run.PathOf(output.Path));
            }

            run.Manifest.Commit(known);
            events.Write(new PartDone(stage, plan.Part, Reused: true, 0, known.Counts));
            return known;
        }

        return await ComputeAsync(stage, optionsHash, plan, cancellation).ConfigureAwait(false);
    }

    private async Task<ManifestEntry> ComputeAsync(string stage, string optionsHash, PartPlan plan, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        var output = new PartOutput(run);
        ManifestEntry entry;
        try
        {
            // The stage's code may be plain and synchronous; the parts run side by side all the same.
            await Task.Run(() => plan.Compute(output, cancellation), cancellation).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            entry = output.Commit(stage, plan.Part, plan.InputHash, optionsHash);
        }
        catch
        {
            output.Discard();
            throw;
        }

        run.Manifest.Commit(entry);
        events.Write(new PartDone(stage, plan.Part, Reused: false, Stopwatch.GetElapsedTime(start).TotalSeconds, entry.Counts));
        return entry;
    }

    private ManifestEntry? FindWhole(string stage, string optionsHash, PartPlan plan) =>
        run.Manifest.Find(stage, plan.Part) is { } entry
        && entry.InputHash == plan.InputHash && entry.OptionsHash == optionsHash
        && Manifest.IsWhole(run.Folder, entry)
            ? entry
            : null;
}
