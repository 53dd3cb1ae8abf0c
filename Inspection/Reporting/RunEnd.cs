using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Reporting;

/// <summary>How a run ended: what its last process says of it. A process that only wrote the report says nothing of that.</summary>
internal static class RunEnd
{
    /// <summary>The logs of a run, in the order of their beginning.</summary>
    public static FileInfo[] Logs(string runFolder)
    {
        var folder = new DirectoryInfo(Path.Combine(runFolder, RunPaths.Events));
        FileInfo[] logs = folder.Exists ? folder.GetFiles("*.jsonl") : [];
        Array.Sort(logs, static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return logs;
    }

    /// <summary>Whether the process whose log begins so only writes the report.</summary>
    public static bool IsReportOnly(Event? first) => first is RunStarted { Stages: [StageNames.Report] };

    /// <summary>The last log of a process that did more than write the report, and its ends; null if there is none.</summary>
    /// <exception cref="IOException">A log cannot be read.</exception>
    public static (FileInfo Log, EventLogEnds Ends)? LastWork(FileInfo[] logs)
    {
        for (int i = logs.Length - 1; i >= 0; i--)
        {
            EventLogEnds ends = EventLogEnds.Read(logs[i].FullName);
            if (!IsReportOnly(ends.First))
            {
                return (logs[i], ends);
            }
        }

        return null;
    }

    /// <summary>Why the run failed; null if it did not.</summary>
    public static string? Failure(Run run) => LastWork(Logs(run.Folder)) is { Ends.Last: [.., RunFinished { Status: "failed" } finished] }
        ? finished.Reason ?? "unknown"
        : null;
}
