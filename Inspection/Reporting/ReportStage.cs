using System.Globalization;
using System.Text;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Reporting;

/// <summary>Draws <c>6-report/index.html</c> from the run's manifests and events.</summary>
internal sealed class ReportStage : IStage
{
    private const int CodeVersion = 2;
    private static readonly string[] Shown = ["crawl", "clean", "dedup", "tokenize", "pretrain"];

    /// <inheritdoc/>
    public string Name => "report";

    /// <summary>The hash of all that the page shows. Of a run whose model is not whole yet, how far it is counts too, so that it can be looked at again.</summary>
    public static string InputHash(Run run)
    {
        IEnumerable<string> hashes = Shown.Select(run.Manifest.OutputHash);
        if (run.Manifest.Find("pretrain", "model") is null)
        {
            List<Event> events = [.. EventLog.Read(run.EventsFolder)];
            hashes = hashes.Concat(StageState.Of(run, events).Select(state => $"{state.Stage} {state.Progress}"))
                .Append(TrainingCurve.Of(run, events).Sum(curve => (long)curve.Steps.Count).ToString(CultureInfo.InvariantCulture));
        }

        return StageHash.Combine(hashes);
    }

    /// <inheritdoc/>
    public async Task RunAsync(StageContext context, CancellationToken cancellation)
    {
        Run run = context.Run;
        string options = StageHash.OfOptions(Name, CodeVersion, new { });
        await context.RunPartAsync(Name, options, new PartPlan("page", InputHash(run), 1, (output, token) => WriteAsync(run, output, token)), cancellation).ConfigureAwait(false);
    }

    private static Task WriteAsync(Run run, PartOutput output, CancellationToken cancellation) => File.WriteAllTextAsync(
        output.Create("6-report/index.html"), ReportPage.Write(ReportData.Of(run)), new UTF8Encoding(false), cancellation);
}
