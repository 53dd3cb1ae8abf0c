using System.Diagnostics;
using System.Globalization;
using DataForge.Corpus.Events;

namespace DataForge.Inspection.Dashboard;

/// <summary>What becomes of a run at the moment.</summary>
internal enum RunState
{
    /// <summary>No process has worked on it.</summary>
    New,

    /// <summary>A process works on it.</summary>
    Running,

    /// <summary>The last process finished what it was asked for.</summary>
    Done,

    /// <summary>The last process failed.</summary>
    Failed,

    /// <summary>The user stopped the last process.</summary>
    Stopped,

    /// <summary>The last process ended without a word: it was killed, or the machine went down.</summary>
    Interrupted,
}

/// <summary>Tells a run's state from the log of its last process.</summary>
internal static class RunStates
{
    // A process on another machine counts as alive for this time after its last event. Training logs a step at least as often.
    private static readonly TimeSpan SilenceOfOthers = TimeSpan.FromSeconds(60);

    /// <summary>The state.</summary>
    /// <param name="log">The log of the last process.</param>
    /// <param name="first">The log's first event.</param>
    /// <param name="last">The log's last event.</param>
    /// <param name="now">The current time.</param>
    public static RunState Of(FileInfo log, Event? first, Event? last, DateTimeOffset now)
    {
        if (last is RunFinished finished)
        {
            return finished.Status switch { "done" => RunState.Done, "stopped" => RunState.Stopped, _ => RunState.Failed };
        }

        return now - log.LastWriteTimeUtc < SilenceOfOthers || IsAlive(log, first) ? RunState.Running : RunState.Interrupted;
    }

    /// <summary>The state in a word.</summary>
    public static string Word(RunState state) => state switch
    {
        RunState.New => "new",
        RunState.Running => "running",
        RunState.Done => "done",
        RunState.Failed => "failed",
        RunState.Stopped => "stopped",
        _ => "interrupted",
    };

    // The process is in the log's name. In a copy of the run's folder it says nothing: the first event has the original's place.
    private static bool IsAlive(FileInfo log, Event? first)
    {
        string name = Path.GetFileNameWithoutExtension(log.Name);
        if (first is not RunStarted started
            || log.Directory?.Parent?.Parent?.Parent?.FullName != Path.TrimEndingDirectorySeparator(started.Workspace)
            || !int.TryParse(name[(name.LastIndexOf('-') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int id))
        {
            return false;
        }

        try
        {
            // A process that is younger than the log has only the number of the one that wrote it.
            using var process = Process.GetProcessById(id);
            return process.StartTime.ToUniversalTime() <= started.Time.UtcDateTime.AddSeconds(1);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
