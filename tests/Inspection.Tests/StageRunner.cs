using DataForge.Cleaner;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler;
using DataForge.Dedup;
using DataForge.Inspection.Reporting;
using DataForge.Inspection.Settings;
using DataForge.Pretrain;

namespace DataForge.Inspection.Tests;

/// <summary>Runs stages of the pipeline in this process.</summary>
internal static class StageRunner
{
    /// <summary>Runs some stages of a run, in order, and saves the options they ran under.</summary>
    internal static async Task RunAsync(Run run, DataForgeOptions options, params string[] stages)
    {
        RunOptions.Save(run, options);
        using var events = new EventLog(run.EventsFolder, TimeProvider.System);
        var context = new StageContext(run, events, workers: 2, TimeProvider.System);
        foreach (string stage in stages)
        {
            events.Write(new StageStarted(stage));
            await Create(stage, options).RunAsync(context, CancellationToken.None);
            events.Write(new StageFinished(stage, 0));
        }
    }

    private static IStage Create(string stage, DataForgeOptions options) => stage switch
    {
        StageNames.Crawl => new CrawlStage(options.Crawl),
        StageNames.Clean => new CleanStage(options.Clean),
        StageNames.Dedup => new DedupStage(options.Dedup),
        StageNames.Tokenize => new TokenizeStage(options.Tokenize),
        StageNames.Pretrain => new PretrainStage(options.Pretrain),
        _ => new ReportStage(),
    };
}
