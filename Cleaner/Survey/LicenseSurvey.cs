using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Steps;
using DataForge.Cleaner.Text;
using DataForge.Corpus;

namespace DataForge.Cleaner.Survey;

/// <summary>
/// The licences of one repository's files, without a run: the same evidence, the same headers and the same decision as the stage
/// <c>clean</c> takes. The files are added in any order. Not safe from several threads.
/// </summary>
public sealed class LicenseSurvey
{
    // The name of a file that nothing speaks of by name.
    private const string AnyFile = "any.py";

    private readonly LicenseDetector _detector = new();
    private readonly HeaderCache _headers = new();
    private readonly ShippedText _source = new(RuleSettings.Of(new CleanOptions()), redacts: false);
    private readonly PassageReader _reader = new();
    private readonly List<(string Path, Evidence Evidence, SurveyedEvidence Shown)> _evidence = [];
    private readonly List<(string Path, LicenseFinding Header)> _files = [];
    private readonly Dictionary<LicenseFinding, IReadOnlyList<LicensePassage>> _passages = new(ReferenceEqualityComparer.Instance);
    private readonly List<UnreadFile> _unread = [];

    /// <summary>Whether a file of this path and kind is evidence of a licence.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="kind">Its kind.</param>
    public static bool IsEvidence(string path, FileKind kind) => EvidencePath.KindOf(path, kind) is not null;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path in the repository.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="content">Its bytes.</param>
    public void Add(string path, FileKind kind, ReadOnlySpan<byte> content)
    {
        if (EvidencePath.KindOf(path, kind) is { } evidence)
        {
            AddEvidence(path, evidence, content);
        }

        if (kind == FileKind.Python)
        {
            _source.Decode(content);
            LicenseFinding header = _headers.Of(_source);
            _files.Add((path, header));
            if (header.Expression.Length + header.Snippets.Length > 0 && !_passages.ContainsKey(header))
            {
                _reader.ReadSource(_source.Text, _source.Header.Length);
                _passages[header] = _reader.Passages;
            }
        }
    }

    /// <summary>Counts a file that cannot be read.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="rule">The rule by which a crawl does not store it.</param>
    public void AddUnread(string path, string rule) => _unread.Add(new UnreadFile(path, rule));

    /// <summary>The report on a repository: its licence is that of a file without a word of its own beside its Python files.</summary>
    /// <param name="name">The repository's name.</param>
    public SurveyReport OfRepository(string name)
    {
        var licenses = new RepositoryLicenses(null, _evidence.Select(item => (item.Path, item.Evidence)));
        string folder = CommonFolder(_files.Select(file => file.Path));
        FileLicense general = OfFolder(licenses, folder.Length == 0 ? AnyFile : $"{folder}/{AnyFile}");
        var differing = _files
            .Select(file => (file.Path, file.Header, License: OfFile(licenses, file.Path, file.Header)))
            .Where(file => file.License.Expression != general.Expression)
            .GroupBy(file => file.License)
            .Select(group => Group(group.Key, [.. group.Select(file => (file.Path, file.Header))]))
            .OrderByDescending(group => group.Files.Count).ThenBy(group => group.Expression, StringComparer.Ordinal)
            .ThenBy(group => group.Evidence, StringComparer.Ordinal);
        return Report(name, general, [.. differing]);
    }

    /// <summary>The report on one Python file that was added, within its repository.</summary>
    /// <param name="name">What the report calls it.</param>
    /// <param name="path">Its path in the repository.</param>
    public SurveyReport OfFile(string name, string path)
    {
        LicenseFinding header = _files.First(file => file.Path == path).Header;
        var licenses = new RepositoryLicenses(null, _evidence.Select(item => (item.Path, item.Evidence)));
        FileLicense license = OfFile(licenses, path, header);
        SurveyReport report = Report(name, license, []);
        return license.Evidence == HeaderLicense.Evidence
            ? report with { Evidence = [OfHeader(path, header), .. report.Evidence] }
            : report;
    }

    /// <summary>The report on one licence file alone.</summary>
    /// <param name="name">What the report calls it.</param>
    /// <param name="path">Its name, by which it is read; a name that says nothing is read as a licence's text.</param>
    /// <param name="kind">Its kind; null if the name says none.</param>
    /// <param name="content">Its bytes.</param>
    public SurveyReport OfText(string name, string path, FileKind? kind, ReadOnlySpan<byte> content)
    {
        AddEvidence(path, kind is { } known && EvidencePath.KindOf(path, known) is { } found ? found : EvidenceKind.LicenseText, content);
        SurveyedEvidence shown = _evidence[^1].Shown;
        var license = new FileLicense(shown.Expression, ClassOf(shown.Expression), "");
        return Report(name, license, []) with { Evidence = [shown with { Decides = true }] };
    }

    private void AddEvidence(string path, EvidenceKind kind, ReadOnlySpan<byte> content)
    {
        Evidence found = Evidence.Read(BlobId.Of(content), kind, content, _detector);
        bool isText = kind is EvidenceKind.LicenseText or EvidenceKind.DebianCopyright or EvidenceKind.Other or EvidenceKind.Notice;
        if (isText || kind == EvidenceKind.Readme)
        {
            ReadOnlySpan<byte> section = isText ? content : ReadmeLicense.SectionOf(content);
            _reader.ReadFile(content, section.IsEmpty ? content.Length : content.IndexOf(section));
        }
        else if (kind == EvidenceKind.FileLicense)
        {
            _reader.ReadSource(content, content.Length);
        }
        else
        {
            _reader.ReadMetadata(content, found.Expression);
        }

        string folder = EvidencePath.FolderOf(path);
        _evidence.Add((path, found, new SurveyedEvidence
        {
            Path = path, Kind = kind, Expression = found.Expression, Class = ClassOf(found.Expression).Name(),
            Scope = folder.Length == 0 ? "." : folder, Passages = found.Expression.Length == 0 ? [] : _reader.Passages,
            Unexplained = isText && found.PointsTo is null ? _reader.Unexplained : [],
            Paths = found.Files ?? found.Scopes
                ?? [.. (found.Annotations ?? []).Select(item => new FilesParagraph(item.Paths, item.License))],
        }));
    }

    private static FileLicense OfFolder(RepositoryLicenses licenses, string path)
    {
        ResolvedLicense found = licenses.Resolve(path);
        return new FileLicense(found.Expression, found.Class, found.Source);
    }

    private static FileLicense OfFile(RepositoryLicenses licenses, string path, LicenseFinding header) =>
        HeaderLicense.Of(header).Beside(OfFolder(licenses, path), path);

    private SurveyedFiles Group(FileLicense license, List<(string Path, LicenseFinding Header)> files)
    {
        files.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        string folder = CommonFolder(files.Select(file => file.Path));
        return new SurveyedFiles(
            license.Expression, license.Class.Name(), license.Evidence, folder.Length == 0 ? "." : folder,
            [.. files.Select(file => file.Path)], _passages.GetValueOrDefault(files[0].Header, []));
    }

    private SurveyedEvidence OfHeader(string path, LicenseFinding header) => new()
    {
        Path = path, Kind = EvidenceKind.Header, Expression = header.Expression, Class = ClassOf(header.Expression).Name(), Scope = path,
        Decides = true, Passages = _passages.GetValueOrDefault(header, []),
    };

    private SurveyReport Report(string name, FileLicense license, IReadOnlyList<SurveyedFiles> differing)
    {
        string[] sources = [license.Evidence, .. differing.Select(group => group.Evidence)];
        var shown = _evidence.Where(item => item.Evidence.SaysSomething || item.Shown.Unexplained.Count > 0)
            .Select(item => item.Shown with { Decides = sources.Any(source => Names(source, item.Path, item.Evidence)) })
            .OrderByDescending(item => item.Decides).ThenBy(item => item.Path, StringComparer.Ordinal);
        _unread.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        return new SurveyReport
        {
            Name = name, Expression = license.Expression, Class = license.Class.Name(), EvidenceColumn = license.Evidence,
            Files = _files.Count, Evidence = [.. shown], Differing = differing, Unread = _unread,
        };
    }

    private static LicenseClass ClassOf(string expression) =>
        expression.Length == 0 ? LicenseClass.None : SpdxExpression.ClassOf(expression);

    // Whether the evidence column's text names this piece of evidence.
    private static bool Names(string source, string path, Evidence evidence) =>
        source == $"metadata:{path}"
        || (evidence.Kind == EvidenceKind.DebianCopyright && source.Contains($"debian/copyright@{evidence.Blob}", StringComparison.Ordinal))
        || (" " + source).Contains($" {path}@", StringComparison.Ordinal)
        || (evidence.Annotations is not null && (" " + source).Contains($" {path}:", StringComparison.Ordinal));

    private static string CommonFolder(IEnumerable<string> paths)
    {
        string? common = null;
        foreach (string path in paths)
        {
            string folder = EvidencePath.Parent(path);
            common ??= folder;
            while (common.Length > 0 && folder != common && !folder.StartsWith(common + "/", StringComparison.Ordinal))
            {
                common = EvidencePath.Parent(common);
            }
        }

        return common ?? "";
    }
}
