using System.Runtime.InteropServices;

namespace DataForge.Orchestrator.Terminal;

/// <summary>Cancels a token on Ctrl-C and SIGTERM; a second signal ends the process at once.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    /// <summary>Starts to handle the signals.</summary>
    public StopSignal() => _signals =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
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
        // Every file is written under a temporary name and renamed, so a sudden end loses only the parts being computed.
        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
