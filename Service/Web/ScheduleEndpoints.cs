using System.Globalization;
using DataForge.Service.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DataForge.Service.Web;

/// <summary>The schedules and their history, and starting, stopping and resuming runs.</summary>
internal sealed class ScheduleEndpoints(IReadOnlyList<Schedule> schedules, RunHistory history, TimeProvider time) : IEndpoints
{
    private const int MostRows = 200;

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/schedules", context => Answer.Json(context, schedules.Select(Describe)));
        routes.MapGet("/api/history", ListHistory);
        routes.MapGet("/api/history/{id:long}", ShowDue);
        routes.MapPost("/api/schedules/{schedule}/start", Start);
        routes.MapPost("/api/history/{id:long}/stop", context =>
            Change(context, history.RequestStop(Id(context)), "it neither waits nor runs"));
        routes.MapPost("/api/history/{id:long}/resume", context =>
            Change(context, history.Resume(Id(context)), "it neither failed nor was stopped"));
    }

    private object Describe(Schedule schedule)
    {
        ScheduleState state = history.StateOf(schedule.Options.Name);
        return new
        {
            schedule.Options.Name, schedule.Options.Cron, schedule.Options.TimeZone, schedule.Options.Missed, schedule.Options.Overlap,
            Next = schedule.Times.Next(time.GetUtcNow()), state.Unfinished, state.LastCompleted, state.LastState, state.Times,
        };
    }

    private Task ListHistory(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        string? schedule = query["schedule"];
        bool isKnown = schedule is null || schedules.Any(known => known.Options.Name == schedule);
        return isKnown && Number(query["before"], long.MaxValue) is { } before && Number(query["count"], 50) is { } count
            ? Answer.Json(context, history.Newest(schedule, before, (int)Math.Clamp(count, 1, MostRows)))
            : Answer.NotFound(context);
    }

    private Task ShowDue(HttpContext context) => history.Find(Id(context)) is { } due
        ? Answer.Json(context, new { Due = due, Attempts = history.Attempts(due.Id) })
        : Answer.NotFound(context);

    private Task Start(HttpContext context)
    {
        string? name = context.GetRouteValue("schedule") as string;
        return schedules.Any(schedule => schedule.Options.Name == name)
            ? Answer.Json(context, new { Id = history.RequestStart(name!) })
            : Answer.NotFound(context);
    }

    private Task Change(HttpContext context, bool isDone, string reason) => isDone
        ? ShowDue(context)
        : history.Find(Id(context)) is null ? Answer.NotFound(context)
        : Answer.Refuse(context, StatusCodes.Status409Conflict, reason);

    private static long Id(HttpContext context) => long.Parse($"{context.GetRouteValue("id")}", CultureInfo.InvariantCulture);

    private static long? Number(string? text, long otherwise) => string.IsNullOrEmpty(text) ? otherwise
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
        : null;
}
