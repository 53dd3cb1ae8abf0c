namespace DataForge.ModelServer;

/// <summary>A request that is answered with an error, in OpenAI's form.</summary>
internal sealed class ApiException(int status, string type, string message, string? parameter = null, string? code = null)
    : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;

    /// <summary>The answer's body.</summary>
    public ErrorAnswer Answer => new(new ErrorDetail(Message, type, parameter, code));

    /// <summary>A request that is wrong.</summary>
    public static ApiException Invalid(string message, string? parameter = null, string? code = null, int status = 400) =>
        new(status, "invalid_request_error", message, parameter, code);

    /// <summary>A request that found no place.</summary>
    public static ApiException Busy(string message) => new(429, "rate_limit_error", message, code: "queue_full");

    /// <summary>A fault of the server's own.</summary>
    public static ApiException Fault(string message, int status = 500) => new(status, "server_error", message);
}

/// <summary>The body of an error.</summary>
internal sealed record ErrorAnswer(ErrorDetail Error);

/// <summary>What is wrong.</summary>
internal sealed record ErrorDetail(string Message, string Type, string? Param, string? Code);
