using System.Text;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// Reads what a REUSE.toml (https://reuse.software/spec-3.3/) says of paths. One that cannot be read says that all licences below it are
/// unknown.
/// </summary>
internal static class ReuseToml
{
    private const int MaxAnnotations = 2000;
    private const int MaxPaths = 2000;
    private const int MaxCopyright = 20;

    private static readonly ReuseAnnotation NotRead = new(["**"], SpdxLicenses.Unknown, ReusePrecedence.Closest, []);

    /// <summary>The statements, in order.</summary>
    /// <param name="text">The file.</param>
    public static IReadOnlyList<ReuseAnnotation> Read(ReadOnlySpan<byte> text)
    {
        try
        {
            return
            [
                .. new TomlReader(Encoding.UTF8.GetString(text).Replace("\r\n", "\n", StringComparison.Ordinal)).Tables()
                    .Where(table => table.Heading == "[[annotations]]").Take(MaxAnnotations).Select(table => Annotation(table.Values)),
            ];
        }
        catch (FormatException)
        {
            return [NotRead];
        }
    }

    /// <summary>The paragraphs of a <c>.reuse/dep5</c>, which hold together with what a file says.</summary>
    /// <param name="paragraphs">The paragraphs; null where it has another form.</param>
    public static IReadOnlyList<ReuseAnnotation> OfDep5(IReadOnlyList<FilesParagraph>? paragraphs) => paragraphs is null
        ? [NotRead]
        : [.. paragraphs.Select(item => new ReuseAnnotation(item.Patterns, item.License, ReusePrecedence.Aggregate, []))];

    private static ReuseAnnotation Annotation(Dictionary<string, List<string>> values)
    {
        List<string> Of(string key) => values.GetValueOrDefault(key) ?? [];
        ReusePrecedence precedence = (Of("precedence") is [var given] ? given : "closest") switch
        {
            "closest" => ReusePrecedence.Closest,
            "aggregate" => ReusePrecedence.Aggregate,
            "override" => ReusePrecedence.Override,
            _ => throw new FormatException(),
        };
        string license = SpdxExpression.And(
            Of("SPDX-License-Identifier").Select(name => LicenseNames.ToSpdx(name) ?? SpdxLicenses.Unknown));
        IEnumerable<string> copyright = Of("SPDX-FileCopyrightText").Select(
            line => line.StartsWith("Copyright", StringComparison.OrdinalIgnoreCase) || line.StartsWith('©') ? line : "Copyright " + line);
        return new ReuseAnnotation([.. Of("path").Take(MaxPaths)], license, precedence, [.. copyright.Take(MaxCopyright)]);
    }
}
