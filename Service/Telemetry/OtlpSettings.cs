namespace DataForge.Service.Telemetry;

/// <summary>
/// The standard variables that say where telemetry is sent
/// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
/// </summary>
internal static class OtlpSettings
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Whether the environment names a receiver.</summary>
    public static bool IsWanted => Sends("TRACES") || Sends("METRICS");

    /// <summary>Whether a signal is to be sent: <c>TRACES</c> or <c>METRICS</c>.</summary>
    public static bool Sends(string signal) =>
        (IsSet(Endpoint) || IsSet($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"))
        && Environment.GetEnvironmentVariable($"OTEL_{signal}_EXPORTER") != "none"
        && !string.Equals(Environment.GetEnvironmentVariable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a variable has a value.</summary>
    public static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
