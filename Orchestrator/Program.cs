using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Terminal;

// Ctrl-C and SIGTERM ask the running command to stop; it leaves a run that can be resumed.
using var stop = new StopSignal();
return await DataForgeHost.InvokeAsync(args, CommandTerminal.OfProcess(), stop.Token);
