using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DataForge.Forge.Rest;

/// <summary>A response of the REST API, before rate limits and faults are applied.</summary>
public sealed class Answer
{
    private Answer(int status, byte[] body)
    {
        Status = status;
        Body = body;
    }

    /// <summary>The status.</summary>
    public int Status { get; }

    /// <summary>The body: JSON, or nothing.</summary>
    public byte[] Body { get; }

    /// <summary>Headers besides those of every response.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>JSON with an entity tag for conditional requests.</summary>
    public static Answer Cacheable(Action<Utf8JsonWriter> write)
    {
        Answer answer = Json(200, write);
        answer.Headers["ETag"] = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(answer.Body))}\"";
        answer.Headers["Cache-Control"] = "private, max-age=60, s-maxage=60";
        return answer;
    }

    /// <summary>JSON.</summary>
    public static Answer Json(int status, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        return new Answer(status, buffer.ToArray());
    }

    /// <summary>A redirect.</summary>
    public static Answer Redirect(int status, string location, byte[] body)
    {
        var answer = new Answer(status, body);
        answer.Headers["Location"] = location;
        return answer;
    }

    /// <summary>GitHub's error object.</summary>
    public static Answer Error(int status, string message, string page = "") => Json(status, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("message", message);
        writer.WriteString("documentation_url", "https://docs.github.com/rest" + page);
        writer.WriteString("status", status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        writer.WriteEndObject();
    });

    /// <summary>A page of HTML, as a proxy sends it.</summary>
    public static Answer Html(int status) => new(status, Encoding.UTF8.GetBytes("<html><body><h1>Whoa there!</h1></body></html>"))
    {
        Headers = { ["Content-Type"] = "text/html; charset=utf-8" },
    };

    /// <summary>Status 304.</summary>
    public Answer NotModified()
    {
        var answer = new Answer(304, []);
        answer.Headers["ETag"] = Headers["ETag"];
        answer.Headers["Cache-Control"] = Headers["Cache-Control"];
        return answer;
    }
}
