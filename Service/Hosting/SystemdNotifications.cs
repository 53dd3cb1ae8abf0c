using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace DataForge.Service.Hosting;

/// <summary>
/// Tells systemd that the service is ready, that it is stopping, and, as long as the schedules are looked at, that it does not hang
/// (https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html). Without systemd it does nothing.
/// </summary>
internal sealed class SystemdNotifications(
    IHostApplicationLifetime lifetime, ServiceHealth health, ILogger<SystemdNotifications> logger) : IHostedService, IDisposable
{
    private readonly SystemdNotifier _notifier = new();
    private Timer? _watchdog;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_notifier.IsEnabled)
        {
            lifetime.ApplicationStarted.Register(() => Notify(ServiceState.Ready));
            lifetime.ApplicationStopping.Register(() => Notify(ServiceState.Stopping));
            if (WatchdogInterval() is { } interval)
            {
                // Twice in each interval, as systemd recommends.
                _watchdog = new Timer(_ => Ping(), null, TimeSpan.Zero, interval / 2);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _watchdog?.Dispose();

    // WATCHDOG_PID, where it is set, says for which process the interval is meant.
    private static TimeSpan? WatchdogInterval()
    {
        string? process = Environment.GetEnvironmentVariable("WATCHDOG_PID");
        return (string.IsNullOrEmpty(process) || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            && long.TryParse(
                Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds)
            && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;
    }

    private void Ping()
    {
        if (health.IsAlive)
        {
            Notify(new ServiceState("WATCHDOG=1"));
        }
    }

    private void Notify(ServiceState state)
    {
        try
        {
            _notifier.Notify(state);
        }
        catch (System.Net.Sockets.SocketException e)
        {
            logger.NotNotified(e.Message);
        }
    }
}
