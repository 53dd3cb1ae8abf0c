using System.Globalization;

namespace DataForge.Corpus;

/// <summary>Formats numbers for the terminal, the report and the dashboard.</summary>
public static class Figures
{
    /// <summary>
    /// A duration in the largest unit that fits, such as <c>12.3 s</c>, <c>2:18 min</c>, <c>1:05 h</c> or <c>3.0 days</c>.
    /// </summary>
    /// <param name="seconds">Seconds; positive infinity is written as <c>unknown</c>.</param>
    public static string Duration(double seconds) => seconds switch
    {
        < 60 => seconds.ToString("F1", CultureInfo.InvariantCulture) + " s",
        < 3600 => $"{(int)seconds / 60}:{(int)seconds % 60:D2} min",
        < 48 * 3600 => $"{(int)seconds / 3600}:{(int)seconds / 60 % 60:D2} h",
        < double.PositiveInfinity => (seconds / 86400).ToString("N1", CultureInfo.InvariantCulture) + " days",
        _ => "unknown",
    };

    /// <summary>A number of bytes in decimal units, such as <c>12.3 MB</c> (10⁶ bytes).</summary>
    public static string Bytes(double bytes) => bytes switch
    {
        >= 1e12 => $"{bytes / 1e12:F2} TB",
        >= 1e9 => $"{bytes / 1e9:F2} GB",
        >= 1e6 => $"{bytes / 1e6:F1} MB",
        >= 1e3 => $"{bytes / 1e3:F1} kB",
        _ => $"{bytes:F0} B",
    };
}
