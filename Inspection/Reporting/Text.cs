using DataForge.Corpus;
using System.Globalization;

namespace DataForge.Inspection.Reporting;

/// <summary>Numbers as the report writes them.</summary>
internal static class Text
{
    /// <summary>A count.</summary>
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A loss or an entropy; a dash where there is none.</summary>
    public static string Nats(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>Bytes, the unit never on a line of its own.</summary>
    public static string Bytes(long value) => Figures.Bytes(value).Replace(' ', '\u00a0');
}
