namespace DataForge.Orchestrator.Commands;

/// <summary>
/// Stops a build that a service started when that service ends, however it ends: standard input, to which the service never writes, ends
/// with it.
/// </summary>
internal sealed class EndOfInput : IDisposable
{
    private readonly CancellationTokenSource _stop;

    private EndOfInput(CancellationTokenSource stop) => _stop = stop;

    /// <summary>Cancelled at the end of input, and with the token given.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Begins to wait for the end of input.</summary>
    public static EndOfInput Watch(Func<Stream> openInput, CancellationToken cancellation)
    {
        var end = new EndOfInput(CancellationTokenSource.CreateLinkedTokenSource(cancellation));
        new Thread(() => end.Wait(openInput)) { IsBackground = true, Name = "end of input" }.Start();
        return end;
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private void Wait(Func<Stream> openInput)
    {
        try
        {
            using Stream input = openInput();
            while (input.ReadByte() >= 0)
            {
                // Nothing is ever written; what is does not matter.
            }

            _stop.Cancel();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The build has ended, or there is no input whose end could be seen.
        }
    }
}
