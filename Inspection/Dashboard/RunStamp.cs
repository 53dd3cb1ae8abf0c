using System.Globalization;
using System.Text;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Reporting;

namespace DataForge.Inspection.Dashboard;

/// <summary>Tells whether a run changed, by the lengths and times of a few of its files and folders.</summary>
internal static class RunStamp
{
    /// <summary>A text that changes when events, manifests or evaluations of the run do.</summary>
    public static string Of(string runFolder)
    {
        var text = new StringBuilder();
        foreach (FileInfo log in RunEnd.Logs(runFolder))
        {
            text.Append(CultureInfo.InvariantCulture, $"{log.Name} {log.Length} {log.LastWriteTimeUtc.Ticks}\n");
        }

        var manifest = new DirectoryInfo(Path.Combine(runFolder, RunPaths.Manifest));
        DirectoryInfo[] stages = manifest.Exists ? manifest.GetDirectories() : [];
        foreach (DirectoryInfo stage in stages.OrderBy(stage => stage.Name, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{stage.Name} {stage.LastWriteTimeUtc.Ticks}\n");
        }

        return text.Append(RunEvaluations.Stamp(runFolder)).ToString();
    }
}
