using System.Diagnostics;
using DataForge.Corpus;

namespace DataForge.Orchestrator.Commands;

/// <summary>
/// Stops a build that a service started when that service ends, however it ends: standard input ends with it. Where several instances share
/// the schedules, the service also writes a byte every second; a service that hangs does not, and another instance takes its run over.
/// </summary>
internal sealed class EndOfInput : IDisposable
{
    // Another instance takes a run over when its service was not heard of for 30 seconds; by then the build has ended.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop;
    private readonly Timer? _timer;
    private long _heard = Stopwatch.GetTimestamp();

    private EndOfInput(bool hasHeartbeat, CancellationTokenSource stop)
    {
        _stop = stop;
        _timer = hasHeartbeat ? new Timer(_ => Check(), null, Poll, Poll) : null;
    }

    /// <summary>Cancelled at the end of input, and with the token given.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Begins to wait for the end of input.</summary>
    /// <param name="openInput">Opens standard input.</param>
    /// <param name="hasHeartbeat">Whether the service writes every second.</param>
    /// <param name="cancellation">Also stops the build.</param>
    public static EndOfInput Watch(Func<Stream> openInput, bool hasHeartbeat, CancellationToken cancellation)
    {
        var end = new EndOfInput(hasHeartbeat, CancellationTokenSource.CreateLinkedTokenSource(cancellation));
        new Thread(() => end.Wait(openInput)) { IsBackground = true, Name = "end of input" }.Start();
        return end;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        _stop.Dispose();
    }

    private void Check()
    {
        TimeSpan silence = Stopwatch.GetElapsedTime(Interlocked.Read(ref _heard));
        if (silence > LongestSilence + TimeToStop)
        {
            // It can be continued all the same.
            Environment.Exit(DataForgeException.Interrupted);
        }

        if (silence > LongestSilence)
        {
            Stop();
        }
    }

    private void Wait(Func<Stream> openInput)
    {
        try
        {
            using Stream input = openInput();
            while (input.ReadByte() >= 0)
            {
                // What is written does not matter.
                Interlocked.Exchange(ref _heard, Stopwatch.GetTimestamp());
            }

            Stop();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // There is no input whose end could be seen.
        }
    }

    private void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The build has ended.
        }
    }
}
