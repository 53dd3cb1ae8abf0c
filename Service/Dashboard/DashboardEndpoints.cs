using System.Globalization;
using DataForge.Inspection.Dashboard;
using DataForge.Service.Ledger;
using DataForge.Service.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace DataForge.Service.Dashboard;

/// <summary>The pages for people: the runs of the schedules' workspaces. They can only be read.</summary>
internal sealed class DashboardEndpoints(IReadOnlyList<Schedule> schedules, TimeProvider time, IHostApplicationLifetime lifetime)
    : IEndpoints
{
    private readonly Inspection.Dashboard.Dashboard _pages = new(
        [.. schedules.Select(schedule => Path.GetFullPath(schedule.Options.Workspace)).Distinct(StringComparer.Ordinal)], time);

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", context => Page(context, _pages.Start(NumberOf(context))));
        routes.MapGet("/runs/{name}", context => Page(context, _pages.Run(NameOf(context), WorkspaceOf(context))));
        routes.MapGet("/runs/{name}/fragment", context => Page(context, _pages.Fragment(NameOf(context), WorkspaceOf(context))));
        routes.MapGet("/runs/{name}/live", TellChanges);
        routes.MapGet("/compare", context => Page(context, _pages.Compare(Query(context, "a"), Query(context, "b"))));
        routes.MapGet("/drops", context => Page(context, _pages.Drops()));
        routes.MapGet("/dashboard.js", context => Text(context, "text/javascript", DashboardFiles.Script));
        routes.MapGet("/dashboard.css", context => Text(context, "text/css", DashboardFiles.Style));

        // Browsers ask for it unasked.
        routes.MapGet("/favicon.ico", static context =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
    }

    private static string? NameOf(HttpContext context) => context.GetRouteValue("name") as string;

    private static string? Query(HttpContext context, string name) =>
        context.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    private static int WorkspaceOf(HttpContext context) => Inspection.Dashboard.Dashboard.WorkspaceOf(Query(context, "workspace"));

    private static int NumberOf(HttpContext context) =>
        int.TryParse(Query(context, "page"), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 1;

    private static Task Page(HttpContext context, DashboardAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        return Text(context, "text/html", answer.Html);
    }

    private static Task Text(HttpContext context, string type, string text)
    {
        context.Response.ContentType = type + "; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    // Server-sent events, until the reader leaves or the service stops.
    private async Task TellChanges(HttpContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        if (_pages.Changes(NameOf(context), WorkspaceOf(context), ended.Token) is not { } changes)
        {
            await Answer.NotFound(context).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "text/event-stream; charset=utf-8";
        try
        {
            await context.Response.WriteAsync(": each message says that the run changed\n\n", ended.Token).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(ended.Token).ConfigureAwait(false);
            await foreach (bool _ in changes.ConfigureAwait(false))
            {
                await context.Response.WriteAsync("data: changed\n\n", ended.Token).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(ended.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The end of the stream.
        }
    }
}
