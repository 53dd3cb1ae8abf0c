using System.Diagnostics;
using DataForge.Corpus.Events;

namespace DataForge.Corpus.Telemetry;

/// <summary>
/// The spans of a build, made from its events: <c>run</c>, in it one for each stage, and in that one for each part computed.
/// </summary>
public sealed class PipelineSpans : IEventSink, IDisposable
{
    private readonly ActivitySource _source = new(MetricNames.Meter);
    private Activity? _run;
    private Activity? _stage;

    /// <inheritdoc/>
    public void Write(Event written)
    {
        switch (written)
        {
            case RunStarted started:
                _run = Start("run", default, written.Time)?.SetTag("run", started.Run);
                break;
            case StageStarted started:
                End(ref _stage, written.Time, ActivityStatusCode.Error);
                _stage = Start("stage " + started.Stage, _run?.Context ?? default, written.Time)?.SetTag("stage", started.Stage);
                break;
            case PartDone { Reused: false } part:
                Activity? computed = Start("part", _stage?.Context ?? default, written.Time.AddSeconds(-part.Seconds));
                computed?.SetTag("stage", part.Stage).SetTag("part", part.Part);
                End(ref computed, written.Time, ActivityStatusCode.Ok);
                break;
            case StageFinished:
                End(ref _stage, written.Time, ActivityStatusCode.Ok);
                break;
            case RunFinished finished:
                ActivityStatusCode status = finished.Status == "done" ? ActivityStatusCode.Ok : ActivityStatusCode.Error;
                End(ref _stage, written.Time, status);
                _run?.SetTag("status", finished.Status);
                End(ref _run, written.Time, status);
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stage?.Dispose();
        _run?.Dispose();
        _source.Dispose();
    }

    // Parts are computed side by side, so that none is the current activity of its thread.
    private Activity? Start(string name, ActivityContext parent, DateTimeOffset time)
    {
        Activity? previous = Activity.Current;
        Activity? started = _source.StartActivity(name, ActivityKind.Internal, parent, startTime: time);
        Activity.Current = previous;
        return started;
    }

    private static void End(ref Activity? activity, DateTimeOffset time, ActivityStatusCode status)
    {
        if (activity is not null)
        {
            activity.SetStatus(status).SetEndTime(time.UtcDateTime).Dispose();
            activity = null;
        }
    }
}
