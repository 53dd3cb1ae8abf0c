using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace DataForge.Service.Web;

/// <summary>Writes answers.</summary>
internal static class Answer
{
    // The default encoder also escapes <, > and &, so that the text stays text wherever a page puts it.
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Default,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>A JSON document.</summary>
    public static Task Json<T>(HttpContext context, T value) => context.Response.WriteAsJsonAsync(value, Format, context.RequestAborted);

    /// <summary>A refusal, in one line.</summary>
    public static Task Refuse(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason + "\n", context.RequestAborted);
    }

    /// <summary>That there is no such thing.</summary>
    public static Task NotFound(HttpContext context) => Refuse(context, StatusCodes.Status404NotFound, "there is nothing of that name");
}
