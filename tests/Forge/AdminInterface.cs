using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace DataForge.Forge;

/// <summary>
/// What the forge reports about itself: <c>/_forge/requests</c> (one line of JSON per request) and <c>/_forge/traffic</c> (traffic of git
/// and of archives by repository).
/// </summary>
internal sealed class AdminInterface(ForgeServer server)
{
    /// <summary>Answers a request for one of these paths.</summary>
    public async Task AnswerAsync(HttpContext context, string path)
    {
        IEnumerable<object>? lines = path switch
        {
            "/_forge/requests" => server.Log.All,
            "/_forge/traffic" => server.Traffic.ByRepository.OrderBy(pair => pair.Key).Select(pair => (object)new
            {
                id = pair.Key,
                name = server.Repositories.Find(pair.Key)?.FullName,
                pair.Value.Fetches,
                pair.Value.Requests,
                pair.Value.BytesSent,
            }),
            _ => null,
        };
        if (lines is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = "application/x-ndjson";
        foreach (object line in lines)
        {
            await context.Response.WriteAsync(JsonSerializer.Serialize(line) + "\n", context.RequestAborted).ConfigureAwait(false);
        }
    }
}
