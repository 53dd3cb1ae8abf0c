using System.Runtime.InteropServices;

namespace DataForge.Orchestrator.Terminal;

/// <summary>Turns Ctrl-C and SIGTERM into a cancellation; a second Ctrl-C ends the process at once.</summary>
internal sealed class StopSignal : IDisposable
{
    /// <summary>What a shell expects of a program stopped by Ctrl-C: 128 + SIGINT.</summary>
    public const int ExitCode = 130;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    public StopSignal() => _signals =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
    ];

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
        {
            signal.Dispose();
        }

        _source.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        // Every file is written beside and renamed, so an end without warning loses only the parts in work.
        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
