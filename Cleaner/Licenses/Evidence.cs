using System.Text.Json.Serialization;
using DataForge.Corpus;

namespace DataForge.Cleaner.Licenses;

/// <summary>What one blob says about a licence, read as one kind of evidence.</summary>
public sealed record Evidence
{
    /// <summary>The blob's git id, in hexadecimal.</summary>
    public required string Blob { get; init; }

    /// <summary>What it was read as.</summary>
    public required EvidenceKind Kind { get; init; }

    /// <summary>The SPDX expression; empty where it says nothing.</summary>
    public required string Expression { get; init; }

    /// <summary>Its copyright lines.</summary>
    public IReadOnlyList<string> Copyright { get; init; } = [];

    /// <summary>For a machine-readable Debian file: which files are under which licence.</summary>
    public IReadOnlyList<FilesParagraph>? Files { get; init; }

    /// <summary>For a REUSE.toml or a dep5: which paths are under which licence.</summary>
    public IReadOnlyList<ReuseAnnotation>? Annotations { get; init; }

    /// <summary>For a text that only names the file with the licence: that file's path, relative to its own folder.</summary>
    public string? PointsTo { get; init; }

    /// <summary>Whether it says anything that counts for a licence.</summary>
    [JsonIgnore]
    public bool SaysSomething => Expression.Length > 0 || Files is not null || Annotations is not null || PointsTo is not null;

    /// <summary>For a text that gives some paths a licence less free than the rest: these paths, as patterns, and their licences.</summary>
    public IReadOnlyList<FilesParagraph>? Scopes { get; init; }

    /// <summary>Reads a blob as evidence.</summary>
    /// <param name="id">Its git id.</param>
    /// <param name="kind">What to read it as.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="detector">Reads licences from texts.</param>
    public static Evidence Read(BlobId id, EvidenceKind kind, ReadOnlySpan<byte> content, LicenseDetector detector)
    {
        string blob = id.ToString();
        switch (kind)
        {
            case EvidenceKind.DebianCopyright when DebianCopyright.Read(content, detector) is { } files:
                return new Evidence
                {
                    Blob = blob, Kind = kind, Files = files, Expression = DebianCopyright.LicenseOf(files, "") ?? "",
                    Copyright = detector.OfHeader(content).Copyright,
                };
            case EvidenceKind.LicenseText or EvidenceKind.DebianCopyright or EvidenceKind.Other:
                LicenseFinding text = detector.OfLicenseFile(content);
                return new Evidence
                {
                    Blob = blob, Kind = kind, Expression = text.Expression, Copyright = text.Copyright,
                    Scopes = text.Scopes.Count > 0 ? text.Scopes : null,
                    PointsTo = text.Expression is "" or SpdxLicenses.Unknown ? IncludedText.TargetOf(content) : null,
                };
            case EvidenceKind.ReuseToml:
                return new Evidence { Blob = blob, Kind = kind, Expression = "", Annotations = ReuseToml.Read(content) };
            case EvidenceKind.ReuseDep5:
                return new Evidence
                {
                    Blob = blob, Kind = kind, Expression = "", Annotations = ReuseToml.OfDep5(DebianCopyright.Read(content, detector)),
                    Copyright = detector.OfHeader(content).Copyright,
                };
            case EvidenceKind.FileLicense:
                LicenseFinding beside = detector.OfHeader(content);
                return new Evidence { Blob = blob, Kind = kind, Expression = beside.Expression, Copyright = beside.Copyright };
            case EvidenceKind.Notice or EvidenceKind.Readme:
                LicenseFinding notice = kind == EvidenceKind.Readme
                    ? detector.OfReadme(content)
                    : detector.OfHeader(content, isHeader: false);
                return new Evidence { Blob = blob, Kind = kind, Expression = notice.Expression, Copyright = notice.Copyright };
            default:
                string expression = kind switch
                {
                    EvidenceKind.CoreMetadata => PackageMetadata.OfCoreMetadata(content, detector),
                    EvidenceKind.PyProject => PackageMetadata.OfPyProject(content, detector),
                    EvidenceKind.SetupCfg => PackageMetadata.OfSetupCfg(content, detector),
                    _ => PackageMetadata.OfSetupPy(content, detector),
                };
                return new Evidence { Blob = blob, Kind = kind, Expression = expression };
        }
    }
}

/// <summary>The licence that covers a file, and how that is known.</summary>
/// <param name="Expression">An SPDX expression; empty where none was found.</param>
/// <param name="Class">Its class.</param>
/// <param name="Source">
/// The evidence, such as <c>LICENSE@&lt;blob id&gt;</c> or <c>metadata:setup.cfg</c>; empty where none was found.
/// </param>
/// <param name="Copyright">Copyright lines of the evidence.</param>
public sealed record ResolvedLicense(string Expression, LicenseClass Class, string Source, IReadOnlyList<string> Copyright)
{
    /// <summary>No licence: all rights reserved.</summary>
    public static ResolvedLicense None { get; } = new("", LicenseClass.None, "", []);
}
