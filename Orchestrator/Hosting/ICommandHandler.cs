namespace DataForge.Orchestrator.Hosting;

/// <summary>The work of a command. The container creates the handler with the services it needs.</summary>
/// <typeparam name="TRequest">The command line as parsed.</typeparam>
internal interface ICommandHandler<in TRequest>
{
    /// <summary>Carries out the command.</summary>
    Task RunAsync(TRequest request, CancellationToken cancellation);
}
