using System.Diagnostics;
using DataForge.Corpus.Events;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataForge.Corpus.Runs;

/// <summary>What a stage runs with: the run, its event log, and the means to compute each part once.</summary>
/// <param name="run">The run.</param>
/// <param name="events">The run's event log.</param>
/// <param name="workers">How many parts may be computed at a time, at least 1.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Receives a message when a part starts, is complete, is reused or fails; null logs nothing.</param>
public sealed class StageContext(Run run, EventLog events, int workers, TimeProvider time, ILogger<StageContext>? logger = null)
{
    private readonly ILogger _logger = logger ?? NullLogger<StageContext>.Instance;

    /// <summary>The run.</summary>
    public Run Run => run;

    /// <summary>The run's workspace.</summary>
    public Workspace Workspace => run.Workspace;

    /// <summary>The run's event log.</summary>
    public EventLog Events => events;

    /// <summary>How many parts may be computed at a time, at least 1. Never changes a row.</summary>
    public int Workers => workers;

    /// <summary>
    /// Where this process begins among the parts of a stage, from 0 to below 1, so that processes that start at the same time begin with
    /// different parts. Never changes a row.
    /// </summary>
    public double FirstPart { get; init; }

    /// <summary>The clock, for events and progress only.</summary>
    public TimeProvider Time => time;

    /// <summary>Starts the progress of a stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="unit">What is counted: <c>bytes</c>, <c>files</c>, <c>parts</c>, <c>steps</c> …</param>
    /// <param name="total">Units in all; 0 if unknown.</param>
    public StageProgress Progress(string stage, string unit, long total) => new(events, time, stage, unit, total);

    /// <summary>
    /// Computes the parts of a stage, up to <see cref="Workers"/> at a time. A part whose input and options hashes and codecs are in a
    /// manifest of this run is kept; one that is in another run's manifest is linked from there. Several processes may call this at the
    /// same time for the same run: each part is computed by one of them. Returns the entries in the order of the plans.
    /// </summary>
    public async Task<IReadOnlyList<ManifestEntry>> RunPartsAsync(
        string stage, string optionsHash, IReadOnlyList<PartPlan> plans, string unit, CancellationToken cancellation)
    {
        var entries = new ManifestEntry?[plans.Count];
        using StageProgress progress = Progress(stage, unit, plans.Sum(plan => plan.Weight));
        var options = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellation };

        // The longest parts come first, so that at the end no worker waits long for another's part.
        int[] order = [.. Enumerable.Range(0, plans.Count).OrderByDescending(i => plans[i].Weight)];

        // The first pass skips parts that another process is computing, so that both processes have work; the second waits for them.
        int first = (int)(FirstPart * plans.Count);
        for (int pass = 0; pass < 2; pass++)
        {
            bool wait = pass == 1;
            int[] open = [.. order[first..].Concat(order[..first]).Where(i => entries[i] is null)];
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

    /// <summary>Computes one part that is the whole of a stage or step; writes no progress of its own.</summary>
    public async Task<ManifestEntry> RunPartAsync(string stage, string optionsHash, PartPlan plan, CancellationToken cancellation) =>
        (await RunPartAsync(stage, optionsHash, plan, wait: true, cancellation).ConfigureAwait(false))!;

    /// <summary>
    /// Names a part in every message that is logged until the result is disposed. For stages that do not compute their parts through
    /// <see cref="RunPartsAsync"/>.
    /// </summary>
    /// <param name="part">The part, as its manifest entry names it.</param>
    public IDisposable? BeginPart(string part) => _logger.BeginPart(part);

    /// <summary>
    /// Logs that the work on a part starts. For stages that do not compute their parts through <see cref="RunPartsAsync"/>.
    /// </summary>
    /// <param name="stage">The stage.</param>
    /// <param name="part">The part, as its manifest entry names it.</param>
    public void ReportStarted(string stage, string part)
    {
        using IDisposable? scope = BeginPart(part);
        _logger.PartStarted(stage, part);
    }

    /// <summary>Writes the event and the message that a part was computed and committed.</summary>
    /// <param name="entry">The part's manifest entry.</param>
    /// <param name="seconds">How long it took.</param>
    public void ReportComputed(ManifestEntry entry, double seconds)
    {
        using IDisposable? scope = BeginPart(entry.Part);
        events.Write(new PartDone(entry.Stage, entry.Part, Reused: false, seconds, entry.Counts));
        _logger.PartComputed(entry.Stage, entry.Part, seconds);
    }

    private async Task<ManifestEntry?> RunPartAsync(
        string stage, string optionsHash, PartPlan plan, bool wait, CancellationToken cancellation)
    {
        using IDisposable? scope = _logger.BeginPart(plan.Part);
        if (FindComplete(stage, optionsHash, plan) is { } before)
        {
            return Reused(before);
        }

        string lockFile = run.Manifest.LockFile(stage, plan.Part);
        using FileLock? held = wait
            ? await FileLock.TakeAsync(lockFile, ReportWaiting, cancellation).ConfigureAwait(false)
            : FileLock.TryTake(lockFile);
        if (held is null)
        {
            return null;
        }

        // Another process may have finished the part while this one waited for the lock.
        if (FindComplete(stage, optionsHash, plan) is { } meanwhile)
        {
            return Reused(meanwhile);
        }

        if (run.Manifest.FindElsewhere(stage, plan.Part, plan.InputHash, optionsHash) is var (folder, known)
            && Manifest.IsWhole(folder, known))
        {
            foreach (ManifestOutput output in known.Outputs)
            {
                AtomicFile.LinkOrCopy(Path.Combine(folder, output.Path), run.PathOf(output.Path));
            }

            run.Manifest.Commit(known);
            return Reused(known);
        }

        return await ComputeAsync(stage, optionsHash, plan, cancellation).ConfigureAwait(false);

        void ReportWaiting() => events.Write(Note.Information($"waiting for another process that computes {stage} {plan.Part}"));
    }

    private ManifestEntry Reused(ManifestEntry entry)
    {
        events.Write(new PartDone(entry.Stage, entry.Part, Reused: true, 0, entry.Counts));
        _logger.PartReused(entry.Stage, entry.Part);
        return entry;
    }

    private async Task<ManifestEntry> ComputeAsync(string stage, string optionsHash, PartPlan plan, CancellationToken cancellation)
    {
        _logger.PartStarted(stage, plan.Part);
        long start = Stopwatch.GetTimestamp();
        var output = new PartOutput(run);
        ManifestEntry entry;
        try
        {
            // The stage's code may be synchronous; Task.Run lets the parts run in parallel all the same.
            await Task.Run(() => plan.Compute(output, cancellation), cancellation).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            entry = output.Commit(stage, plan.Part, plan.InputHash, optionsHash);
        }
        catch (Exception e)
        {
            output.Discard();
            if (e is not OperationCanceledException)
            {
                _logger.PartFailed(stage, plan.Part, e.GetType().Name, e.Message);
            }

            throw;
        }

        run.Manifest.Commit(entry);
        ReportComputed(entry, Stopwatch.GetElapsedTime(start).TotalSeconds);
        return entry;
    }

    private ManifestEntry? FindComplete(string stage, string optionsHash, PartPlan plan) =>
        run.Manifest.Find(stage, plan.Part) is { } entry
        && entry.IsCurrent(plan.InputHash, optionsHash) && Manifest.IsWhole(run.Folder, entry)
            ? entry
            : null;
}
