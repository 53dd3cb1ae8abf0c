using System.CommandLine;
using DataForge.Corpus;
using DataForge.Orchestrator.Logging;
using DataForge.Orchestrator.Terminal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DataForge.Orchestrator.Hosting;

/// <summary>Runs commands, each in a generic host: its container creates the handler, its start validates the options.</summary>
/// <param name="terminal">What commands read and write.</param>
/// <param name="overrides">Services that replace those of the program; for tests.</param>
internal sealed class CommandHost(CommandTerminal terminal, Action<IServiceCollection>? overrides = null)
{
    /// <summary>What commands read and write.</summary>
    public CommandTerminal Terminal => terminal;

    /// <summary>Gives a command its handler.</summary>
    /// <param name="command">The command.</param>
    /// <param name="read">Makes the request from the command line.</param>
    /// <param name="register">Registers the services that the handler needs.</param>
    public Command Bind<THandler, TRequest>(
        Command command, Func<ParseResult, TRequest> read, Action<IServiceCollection, TRequest>? register = null)
        where THandler : class, ICommandHandler<TRequest>
    {
        command.SetAction(async (parsed, cancellation) =>
        {
            TRequest request = read(parsed);
            await RunAsync<THandler, TRequest>(
                LogSettings.Of(parsed), request, services => register?.Invoke(services, request), cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    /// <summary>
    /// Gives a command a handler that runs without a host, because it needs none of its services and answers in milliseconds: building the
    /// host takes about 50 ms of processor time, most of it to compile the container's generic code.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="read">Makes the request from the command line.</param>
    /// <param name="create">Creates the handler.</param>
    public Command BindWithoutHost<TRequest>(
        Command command, Func<ParseResult, TRequest> read, Func<CommandTerminal, TimeProvider, ICommandHandler<TRequest>> create)
    {
        command.SetAction(async (parsed, cancellation) =>
        {
            await create(terminal, TimeProvider.System).RunAsync(read(parsed), cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    /// <summary>Runs a handler in a host of its own.</summary>
    /// <exception cref="DataForgeException">Options have wrong values; the message names all of them. Exit code 2.</exception>
    public async Task RunAsync<THandler, TRequest>(
        LogSettings log, TRequest request, Action<IServiceCollection> register, CancellationToken cancellation)
        where THandler : class, ICommandHandler<TRequest>
    {
        using IHost host = Build(log, services =>
        {
            services.AddSingleton<THandler>();
            register(services);
        });
        try
        {
            await host.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (ValidationFailures(e) is { Count: > 0 } failures)
        {
            throw DataForgeException.Usage(string.Join(" ", failures), e);
        }

        await host.Services.GetRequiredService<THandler>().RunAsync(request, cancellation).ConfigureAwait(false);
        await host.StopAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Builds a host with the services that every command has, and others.</summary>
    public IHost Build(LogSettings log, Action<IServiceCollection> register)
    {
        // The defaults would read appsettings.json from the working directory, watch it, and handle Ctrl-C.
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            DisableDefaults = true,
            ApplicationName = "dataforge",
            EnvironmentName = Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
        });
        log.Configure(builder.Logging, terminal.Error, TimeProvider.System);
        builder.Services.AddSingleton<IHostLifetime, TokenLifetime>();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(terminal).AddSingleton(log);
        register(builder.Services);
        overrides?.Invoke(builder.Services);
        return builder.Build();
    }

    private static List<string> ValidationFailures(Exception e) => e switch
    {
        OptionsValidationException one => [.. one.Failures],
        AggregateException several when several.InnerExceptions.All(inner => inner is OptionsValidationException) =>
            [.. several.InnerExceptions.SelectMany(ValidationFailures)],
        _ => [],
    };

    // Signals cancel the token that handlers get (StopSignal); the host itself handles none.
    private sealed class TokenLifetime : IHostLifetime
    {
        /// <inheritdoc/>
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        /// <inheritdoc/>
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
