using System.Globalization;
using DataForge.Corpus;

namespace DataForge.Inspection.Reporting;

/// <summary>Numbers as the report writes them.</summary>
internal static class ReportFormat
{
    /// <summary>A count with separators of thousands.</summary>
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A loss or an entropy in nats, to three decimals; a dash where there is none.</summary>
    public static string Nats(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>Bytes with their unit; a no-break space keeps both on one line.</summary>
    public static string Bytes(long value) => Figures.Bytes(value).Replace(' ', '\u00a0');
}
