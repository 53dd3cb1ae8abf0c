using System.Globalization;
using System.Text;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Reporting;

/// <summary>Writes <c>6-report/index.html</c> from the run's manifests and events.</summary>
internal sealed class ReportStage : IStage
{
    private const int CodeVersion = 3;

    /// <inheritdoc/>
    public string Name => StageNames.Report;

    /// <summary>
    /// The hash of everything that the page shows. While a run has no finished model, its progress counts too, so that the page is written
    /// again as training goes on. So does the reason why a run failed.
    /// </summary>
    public static string InputHash(Run run)
    {
        IEnumerable<string> hashes = StageNames.All.Where(name => name != StageNames.Report).Select(run.Manifest.OutputHash);
        if (run.Manifest.Find(StageNames.Pretrain, "model") is null)
        {
            List<Event> events = [.. EventLog.Read(run.EventsFolder)];
            long steps = TrainingCurve.Of(run, events).Sum(curve => (long)curve.Steps.Count);
            hashes = hashes.Concat(StageState.Of(run, events).Select(state => $"{state.Stage} {state.Progress}"))
                .Append(steps.ToString(CultureInfo.InvariantCulture));
        }

        return StageHash.Combine(RunEnd.Failure(run) is { } failure ? hashes.Append(failure) : hashes);
    }

    /// <inheritdoc/>
    public async Task RunAsync(StageContext context, CancellationToken cancellation)
    {
        Run run = context.Run;
        if (RunEnd.Failure(run) is { } failure)
        {
            context.Events.Write(Note.Warning($"this run failed, and the report shows how far it got: {failure.Split('\n')[0]}"));
        }

        string options = StageHash.OfOptions(Name, CodeVersion, new { });
        var page = new PartPlan("page", InputHash(run), 1, (output, token) => WriteAsync(run, output, token));
        await context.RunPartAsync(Name, options, page, cancellation).ConfigureAwait(false);
    }

    private static Task WriteAsync(Run run, PartOutput output, CancellationToken cancellation) => File.WriteAllTextAsync(
        output.Create(RunPaths.ReportPage), ReportPage.Write(ReportData.Of(run)), new UTF8Encoding(false), cancellation);
}
