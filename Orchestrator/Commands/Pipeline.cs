using DataForge.Corpus.OptOuts;
using System.Runtime.ExceptionServices;
using DataForge.Inspection.Settings;
using DataForge.Cleaner;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler;
using DataForge.Dedup;
using DataForge.Orchestrator.OptOut;
using DataForge.Inspection.Reporting;
using DataForge.Orchestrator.Settings;
using DataForge.Orchestrator.Terminal;
using DataForge.Pretrain;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataForge.Orchestrator.Commands;

/// <summary>What every verb that runs stages is asked: where, which run, how many workers, which options.</summary>
internal sealed record PipelineRequest(
    string WorkspaceFolder,
    string RunName,
    int Workers,
    string? OptionsFile,
    IReadOnlyList<KeyValuePair<string, string?>> CommandLine,
    bool Repin = false);

/// <summary>The pipeline: which stages there are, in which order, and how some of them are run.</summary>
internal static class Pipeline
{
    /// <summary>The stages, in order.</summary>
    public static IReadOnlyList<IStage> Stages(DataForgeOptions options) =>
    [
        new CrawlStage(options.Crawl),
        new CleanStage(options.Clean),
        new DedupStage(options.Dedup),
        new TokenizeStage(options.Tokenize),
        new PretrainStage(options.Pretrain),
        new ReportStage(),
    ];

    /// <summary>Runs the stages from one to another, both included.</summary>
    public static async Task<Run> RunAsync(
        PipelineRequest request, string first, string last, CancellationToken cancellation)
    {
        Workspace workspace = Workspace.Open(request.WorkspaceFolder);
        using FileLock held = OptOutLock.Share(workspace);
        Run run = Run.Open(workspace, request.RunName);
        DataForgeOptions options = OptionsLoader.Load(run, request.OptionsFile, request.CommandLine);
        RunOptions.Save(run, options);
        options.Crawl.Repin |= request.Repin;
        IStage[] stages = [.. Stages(options).Take(PlaceOf(first)..(PlaceOf(last) + 1))];

        using var sink = new ClosingSink();
        using var events = new EventLog(run.EventsFolder, TimeProvider.System, sink.Console);
        var outcome = new RunOutcome();
        var context = new StageContext(run, events, request.Workers, TimeProvider.System);

        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(outcome);
        builder.Services.AddHostedService(services => new PipelineWorker(
            context, stages, outcome, services.GetRequiredService<IHostApplicationLifetime>()));
        using IHost host = builder.Build();
        await host.StartAsync(CancellationToken.None).ConfigureAwait(false);
        using (cancellation.Register(host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication))
        {
            await host.WaitForShutdownAsync(CancellationToken.None).ConfigureAwait(false);
        }

        if (outcome.Fault is { } fault)
        {
            ExceptionDispatchInfo.Throw(fault);
        }

        cancellation.ThrowIfCancellationRequested();
        return run;
    }

    /// <summary>Tells something between two runs: a line in the run's log and on the terminal.</summary>
    public static void Tell(PipelineRequest request, string text)
    {
        using var sink = new ClosingSink();
        using var events = new EventLog(Run.Open(Workspace.Open(request.WorkspaceFolder), request.RunName).EventsFolder, TimeProvider.System, sink.Console);
        events.Write(Note.Information(text));
    }

    private static int PlaceOf(string stage) => StageNames.All.Index().First(entry => entry.Item == stage).Index;

    // Leaves the cursor on a fresh line, however the run ends.
    private sealed class ClosingSink : IDisposable
    {
        public ConsoleSink Console { get; } = new(
            System.Console.Out, !System.Console.IsOutputRedirected, () => System.Console.WindowWidth);

        public void Dispose() => Console.Close();
    }
}
