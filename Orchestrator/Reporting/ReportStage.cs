using System.Text;
using DataForge.Corpus.Runs;

namespace DataForge.Orchestrator.Reporting;

/// <summary>Draws <c>6-report/index.html</c> from the run's manifests and events.</summary>
internal sealed class ReportStage : IStage
{
    private const int CodeVersion = 1;

    /// <inheritdoc/>
    public string Name => "report";

    /// <inheritdoc/>
    public async Task RunAsync(StageContext context, CancellationToken cancellation)
    {
        Run run = context.Run;
        string input = StageHash.Combine(new[] { "clean", "dedup", "tokenize", "pretrain" }.Select(run.Manifest.OutputHash));
        string options = StageHash.OfOptions(Name, CodeVersion, new { });
        await context.RunPartAsync(Name, options, new PartPlan("page", input, 1, (output, token) => WriteAsync(run, output, token)), cancellation).ConfigureAwait(false);
    }

    private static Task WriteAsync(Run run, PartOutput output, CancellationToken cancellation) => File.WriteAllTextAsync(
        output.Create("6-report/index.html"), ReportPage.Write(ReportData.Of(run)), new UTF8Encoding(false), cancellation);
}
