using DataForge.Service.Hosting;
using DataForge.Service.Jobs;
using DataForge.Service.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DataForge.Service.Web;

/// <summary>
/// <c>/healthz</c>: whether the process works; a supervisor restarts it where not. <c>/readyz</c>: whether runs can start now.
/// </summary>
internal sealed class HealthEndpoints(ServiceHealth health, IReadOnlyList<Schedule> schedules) : IEndpoints
{
    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", context => Tell(context, health.IsAlive ? null : "the schedules are not looked at any more"));
        routes.MapGet("/readyz", context => Tell(context, NotReady()));
    }

    private string? NotReady() => !health.IsAlive
        ? "the schedules are not looked at any more"
        : health.Fault ?? schedules.Select(schedule => DiskSpace.Shortage(schedule.Options)).OfType<string>().FirstOrDefault();

    private static Task Tell(HttpContext context, string? fault) => fault is null
        ? context.Response.WriteAsync("ok\n", context.RequestAborted)
        : Answer.Refuse(context, StatusCodes.Status503ServiceUnavailable, fault);
}
