using System.Collections;

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

    /// <summary>
    /// All of them, for a host whose configuration does not have the environment: there OpenTelemetry reads them from the configuration.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string?>> Variables() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Where(variable => ((string)variable.Key).StartsWith("OTEL_", StringComparison.Ordinal))
        .Select(variable => new KeyValuePair<string, string?>((string)variable.Key, (string?)variable.Value));

    /// <summary>Whether a variable has a value.</summary>
    public static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
