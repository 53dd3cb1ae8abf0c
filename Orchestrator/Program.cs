using DataForge.Corpus;
using DataForge.Orchestrator.Commands;
using DataForge.Orchestrator.Terminal;

// Ctrl-C and SIGTERM ask the running verb to stop; it leaves a resumable run.
using var stop = new StopSignal();
try
{
    return await Verbs.InvokeAsync(args, stop.Token);
}
catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
{
    ErrorLine.Write("stopped; run the same command again to go on.");
    return StopSignal.ExitCode;
}
catch (DataForgeException e)
{
    ErrorLine.Write(e.Message);
    return e.ExitCode;
}
catch (IOException e)
{
    ErrorLine.Write(ErrorLine.Explain(e));
    return DataForgeException.Failed;
}
catch (UnauthorizedAccessException e)
{
    ErrorLine.Write($"{e.Message} Give folders you can read and write, and run the same command again.");
    return DataForgeException.Failed;
}
catch (Exception e) when (e is not OperationCanceledException)
{
    // A fault of the program itself. The event log holds the whole of it; the line says so and the exit code tells a script.
    ErrorLine.Write($"a fault in the program, {e.GetType().Name}: {e.Message} (the run's event log holds the details).");
    return DataForgeException.Failed;
}
