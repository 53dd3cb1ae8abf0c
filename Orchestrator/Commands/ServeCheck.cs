using System.CommandLine;
using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Sources;
using DataForge.Inspection.Settings;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Settings;
using DataForge.Service.Jobs;
using DataForge.Service.Settings;

namespace DataForge.Orchestrator.Commands;

/// <summary>
/// <c>serve --check</c>: what the builds of a service's file would fail for on this machine: wrong options, missing sources, folders that
/// cannot be written. It changes nothing.
/// </summary>
/// <param name="host">Parses the command lines of the builds.</param>
internal sealed class ServeCheck(CommandHost host)
{
    /// <summary>Checks a file whose own settings are right; returns a line about its schedules.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="options">What it says.</param>
    /// <param name="now">The current time.</param>
    /// <exception cref="DataForgeException">Something is wrong; the message names all faults. Exit code 2.</exception>
    public string Check(string file, ServiceOptions options, DateTimeOffset now)
    {
        List<string> faults = [];
        if (options.Database is null && FolderFault(options.StateFolder) is { } state)
        {
            faults.Add($"stateFolder: {state}");
        }

        for (int i = 0; i < options.Schedules.Count; i++)
        {
            ScheduleOptions schedule = options.Schedules[i];
            faults.AddRange(Faults(schedule).Select(fault => $"schedules[{i}] ({schedule.Name}): {fault}"));
        }

        return faults.Count == 0
            ? $"{file}: no faults. {Next(options, now)}"
            : throw DataForgeException.Usage($"{file}: {string.Join(" ", faults)}");
    }

    private IEnumerable<string> Faults(ScheduleOptions schedule)
    {
        if (FolderFault(schedule.Workspace) is { } workspace)
        {
            yield return $"workspace: {workspace}";
        }

        string? fault = null;
        string[] failures = [];
        try
        {
            ParseResult parsed = CommandLine.Create(host).Parse(BuildProcess.Arguments(schedule, schedule.Run));
            DataForgeOptions options = parsed.Errors.Count > 0
                ? throw DataForgeException.Usage(ParseFaults.Explain(parsed))
                : Options(PipelineOptions.Request(parsed));
            failures = [.. RangeFaults(options)];

            // Without sources in the file, a run that exists takes those it began with.
            if (options.Crawl.Sources.Count > 0 || !Directory.Exists(Workspace.RunFolderOf(schedule.Workspace, schedule.Run)))
            {
                _ = SourceList.Parse(options.Crawl);
            }
        }
        catch (DataForgeException e)
        {
            fault = e.Message;
        }

        foreach (string each in fault is null ? failures : failures.Append(fault))
        {
            yield return each;
        }
    }

    private static DataForgeOptions Options(PipelineRequest request) =>
        OptionsLoader.Load(null, request.OptionsFile, request.CommandLine).Options;

    private static IEnumerable<string> RangeFaults(DataForgeOptions options) =>
    [
        .. SectionFaults.Of(nameof(options.Crawl), options.Crawl), .. SectionFaults.Of(nameof(options.Clean), options.Clean),
        .. SectionFaults.Of(nameof(options.Dedup), options.Dedup), .. SectionFaults.Of(nameof(options.Tokenize), options.Tokenize),
        .. SectionFaults.Of(nameof(options.Pretrain), options.Pretrain),
    ];

    // A folder that does not exist yet is created in the nearest one that does.
    private static string? FolderFault(string folder)
    {
        string existing = folder;
        while (!Directory.Exists(existing))
        {
            if (File.Exists(existing))
            {
                return $"{existing} is a file; name a folder.";
            }

            existing = Path.GetDirectoryName(existing)!;
        }

        try
        {
            string probe = Path.Combine(existing, $".dataforge-check-{Environment.ProcessId}");
            using var file = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the folder {existing} cannot be written ({e.Message}).";
        }
    }

    private static string Next(ServiceOptions options, DateTimeOffset now)
    {
        (string name, DateTimeOffset at) = options.Schedules
            .Select(schedule => (schedule.Name, At: ScheduleFaults.Times(schedule).Next(now) ?? DateTimeOffset.MaxValue))
            .MinBy(schedule => schedule.At);
        string count = options.Schedules.Count == 1 ? "1 schedule" : $"{options.Schedules.Count} schedules";
        return string.Create(CultureInfo.InvariantCulture, $"{count}; the next build is {name} at {at:yyyy-MM-dd HH:mm:ss zzz}.");
    }
}
