using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Inspection;
using DataForge.Inspection.Statistics;
using DataForge.Service.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DataForge.Service.Web;

/// <summary>The runs in the schedules' workspaces, and their figures as <c>stats --json</c> prints them.</summary>
internal sealed class RunEndpoints(IReadOnlyList<Schedule> schedules) : IEndpoints
{
    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/schedules/{schedule}/runs", ListRuns);
        routes.MapGet("/api/schedules/{schedule}/runs/{run}/statistics", ShowStatistics);
    }

    /// <summary>
    /// The folder of the workspace that has the run; null where there is none of that name. A name is compared with those that exist, and
    /// never made part of a path before.
    /// </summary>
    internal static string? FindRun(IReadOnlyList<Schedule> schedules, string? schedule, string? run)
    {
        string? workspace = schedules.FirstOrDefault(known => known.Options.Name == schedule)?.Options.Workspace;
        return workspace is not null && RunsOf(workspace).Contains(run, StringComparer.Ordinal) ? workspace : null;
    }

    private static IReadOnlyList<string> RunsOf(string workspace) =>
        Directory.Exists(Workspace.RunsFolderOf(workspace)) ? Workspace.Open(workspace).RunNames() : [];

    private Task ListRuns(HttpContext context)
    {
        string? name = context.GetRouteValue("schedule") as string;
        return schedules.FirstOrDefault(schedule => schedule.Options.Name == name) is { } found
            ? Answer.Json(context, RunsOf(found.Options.Workspace))
            : Answer.NotFound(context);
    }

    private async Task ShowStatistics(HttpContext context)
    {
        string? run = context.GetRouteValue("run") as string;
        if (FindRun(schedules, context.GetRouteValue("schedule") as string, run) is not { } workspace)
        {
            await Answer.NotFound(context).ConfigureAwait(false);
            return;
        }

        byte[] json;
        try
        {
            json = CanonicalJson.Write(RunStatistics.Of(InspectedRun.Open(workspace, run!)));
        }
        catch (DataForgeException e)
        {
            await Answer.Refuse(context, StatusCodes.Status409Conflict, e.Message).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.Body.WriteAsync(json, context.RequestAborted).ConfigureAwait(false);
    }
}
