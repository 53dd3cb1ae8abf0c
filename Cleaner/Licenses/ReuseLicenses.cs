using DataForge.Corpus;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// What a repository says of single files in the ways of the REUSE specification (https://reuse.software/spec-3.3/): a file
/// <c>X.license</c> beside a file X, a REUSE.toml for the paths below it, and <c>.reuse/dep5</c>. How it relates to the file's own header
/// is told by the evidence (<see cref="PrecedenceOf"/>).
/// </summary>
internal sealed class ReuseLicenses
{
    /// <summary>The ending of a file that speaks for the file beside it.</summary>
    public const string Ending = ".license";

    private const string AggregateMark = ":aggregate@";
    private const string OverrideMark = ":override@";
    private const int BlobLength = 2 * BlobId.Size;

    private readonly Dictionary<string, (string Path, Evidence Evidence)> _ownFiles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Table>> _tables = new(StringComparer.Ordinal);

    private sealed record Statement(ReusePattern[] Patterns, ReuseAnnotation Annotation);

    private sealed record Table(string Path, Evidence Evidence, Statement[] Statements);

    private readonly record struct Piece(string License, string Source, IReadOnlyList<string> Copyright);

    /// <summary>Whether the repository says nothing in these ways.</summary>
    public bool IsEmpty => _ownFiles.Count == 0 && _tables.Count == 0;

    /// <summary>Adds a piece of evidence; false where it is not of this kind.</summary>
    public bool TryAdd(string path, Evidence evidence)
    {
        if (evidence.Kind == EvidenceKind.FileLicense)
        {
            _ownFiles[path[..^Ending.Length]] = (path, evidence);
            return true;
        }

        if (evidence.Annotations is not { } annotations)
        {
            return false;
        }

        string folder = EvidencePath.FolderOf(path);
        Func<string, ReusePattern> readPattern = evidence.Kind == EvidenceKind.ReuseDep5 ? ReusePattern.OfDebian : ReusePattern.Of;
        if (!_tables.TryGetValue(folder, out List<Table>? tables))
        {
            _tables[folder] = tables = [];
        }

        tables.Add(new Table(
            path, evidence, [.. annotations.Select(item => new Statement([.. item.Paths.Select(readPattern)], item))]));
        return true;
    }

    /// <summary>
    /// What is said of a file; null where nothing is. Of a statement about its path and a licence file nearer to it the less free counts.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="nearer">The licence by the evidence in folders above the file and below this one; null where there is none.</param>
    public ResolvedLicense? Resolve(string path, Func<string, ResolvedLicense?> nearer)
    {
        var together = new List<Piece>();
        Piece? closest = null;
        Piece? only = null;
        string deepest = "";
        foreach (string folder in FoldersOf(path))
        {
            foreach (Table table in only is null ? _tables.GetValueOrDefault(folder) ?? [] : [])
            {
                if (Find(table, folder.Length == 0 ? path : path[(folder.Length + 1)..]) is not { License.Length: > 0 } said)
                {
                    continue;
                }

                deepest = folder;
                IReadOnlyList<string> copyright = said.Copyright.Count > 0 ? said.Copyright : table.Evidence.Copyright;
                Piece Make(string mark) => new(said.License, $"{table.Path}{mark}{table.Evidence.Blob}", copyright);
                switch (said.Precedence)
                {
                    case ReusePrecedence.Override:
                        only ??= Make(OverrideMark);
                        break;
                    case ReusePrecedence.Aggregate:
                        together.Add(Make(AggregateMark));
                        break;
                    default:
                        closest = Make("@");
                        break;
                }
            }
        }

        if (only is null && _ownFiles.TryGetValue(path, out (string Path, Evidence Evidence) own))
        {
            only = new Piece(own.Evidence.Expression, $"{own.Path}@{own.Evidence.Blob}", own.Evidence.Copyright);
        }

        Piece[] all = only is { } first ? [first, .. together] : closest is { } last ? [.. together, last] : [.. together];
        if (all.Length == 0)
        {
            return null;
        }

        string expression = SpdxExpression.And(all.Select(piece => piece.License));
        var found = new ResolvedLicense(
            expression, SpdxExpression.ClassOf(expression), string.Join(' ', all.Select(piece => piece.Source)),
            [.. all.SelectMany(piece => piece.Copyright).Distinct(StringComparer.Ordinal)]);
        return only is null && nearer(deepest) is { } near && near.Class > found.Class && near.Class != LicenseClass.None ? near : found;
    }

    /// <summary>How a licence found for a path relates to the file's own header.</summary>
    /// <param name="source">How the licence is known (<see cref="ResolvedLicense.Source"/>).</param>
    /// <param name="path">The file.</param>
    public static ReusePrecedence PrecedenceOf(string source, string path)
    {
        if (source.Length > path.Length && source.StartsWith(path, StringComparison.Ordinal)
            && source.AsSpan(path.Length).StartsWith(Ending + "@", StringComparison.Ordinal))
        {
            return ReusePrecedence.Override;
        }

        return HasMark(source, "REUSE.toml" + OverrideMark) ? ReusePrecedence.Override
            : HasMark(source, "REUSE.toml" + AggregateMark) || HasMark(source, "dep5" + AggregateMark) ? ReusePrecedence.Aggregate
            : ReusePrecedence.Closest;
    }

    // A folder may have any name, but what follows the mark of a table is its blob's id and nothing else.
    private static bool HasMark(string source, string mark)
    {
        int at = source.IndexOf(mark, StringComparison.Ordinal);
        int end = at + mark.Length + BlobLength;
        return at >= 0 && (at == 0 || source[at - 1] == '/') && end <= source.Length && (end == source.Length || source[end] == ' ');
    }

    // The last statement that names the path counts.
    private static ReuseAnnotation? Find(Table table, string path)
    {
        for (int i = table.Statements.Length - 1; i >= 0; i--)
        {
            foreach (ReusePattern pattern in table.Statements[i].Patterns)
            {
                if (pattern.Names(path))
                {
                    return table.Statements[i].Annotation;
                }
            }
        }

        return null;
    }

    // From the root down to the folder of the file.
    private static IEnumerable<string> FoldersOf(string path)
    {
        yield return "";
        for (int slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..slash];
        }
    }
}
