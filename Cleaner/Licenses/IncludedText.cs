using System.Text;
using System.Text.RegularExpressions;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// Licence files that hold no licence but name the file that does: "../LICENSE" (a link that was checked out as a text), "See LICENSE.txt",
/// <c>.. include:: ../LICENSE</c>.
/// </summary>
internal static partial class IncludedText
{
    private const int MaxText = 400;
    private const int MaxHops = 8;
    private static readonly string[] Endings = ["", ".txt", ".md", ".rst"];

    /// <summary>The path that a text names, relative to its own folder; null where it is more than such a text.</summary>
    /// <param name="text">The text.</param>
    public static string? TargetOf(ReadOnlySpan<byte> text)
    {
        if (text.Length > MaxText || !Ascii.IsValid(text))
        {
            return null;
        }

        string plain = Title().Replace(Encoding.ASCII.GetString(text), "").Trim();
        foreach (Regex form in (Regex[])[Name(), Include(), Sentence()])
        {
            if (form.Match(plain) is { Success: true } found)
            {
                return found.Groups["path"].Value.TrimEnd('.', '/');
            }
        }

        return null;
    }

    /// <summary>
    /// The evidence with the texts that such files name in place of theirs. Only files that are evidence themselves are followed, inside
    /// the repository and through few others; what leads nowhere stays as it is.
    /// </summary>
    /// <param name="evidence">Paths with what their blobs say.</param>
    public static List<(string Path, Evidence Evidence)> Follow(IEnumerable<(string Path, Evidence Evidence)> evidence)
    {
        List<(string Path, Evidence Evidence)> all = [.. evidence];
        if (!all.Exists(item => item.Evidence.PointsTo is not null))
        {
            return all;
        }

        var byPath = new Dictionary<string, Evidence>(StringComparer.Ordinal);
        foreach ((string path, Evidence found) in all)
        {
            byPath.TryAdd(path, found);
        }

        return [.. all.Select(item => (item.Path, Followed(item.Path, item.Evidence, byPath)))];
    }

    private static Evidence Followed(string path, Evidence evidence, Dictionary<string, Evidence> byPath)
    {
        Evidence at = evidence;
        string place = path;
        for (int hop = 0; at.PointsTo is { } target; hop++)
        {
            if (hop == MaxHops || Find(place, target, byPath) is not { } next)
            {
                return evidence;
            }

            place = next;
            at = byPath[next];
        }

        return at.Annotations is null && at.Kind != EvidenceKind.FileLicense ? at with { Kind = evidence.Kind } : evidence;
    }

    private static string? Find(string path, string target, Dictionary<string, Evidence> byPath)
    {
        string?[] places = [Below(EvidencePath.Parent(path), target), Below("", target)];
        foreach (string? place in places)
        {
            foreach (string ending in Endings)
            {
                if (place is not null && place + ending != path && byPath.ContainsKey(place + ending))
                {
                    return place + ending;
                }
            }
        }

        return null;
    }

    /// <summary>A relative path below a folder; null where it leads out of the repository.</summary>
    private static string? Below(string folder, string target)
    {
        List<string> parts = target.StartsWith('/') ? [] : [.. folder.Split('/', StringSplitOptions.RemoveEmptyEntries)];
        foreach (string part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count == 0)
            {
                return null;
            }

            if (part == "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    // "License", underlined or not, and a label for references to it.
    [GeneratedRegex(
        @"^\s*(?:\.\. _[\w-]+:\s*\n\s*)?(?:#+\s*)?(?:the\s+)?licen[cs](?:es?|ing)[ \t]*\r?\n(?:[=~*#-]{3,}[ \t]*\r?\n)?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Title();

    [GeneratedRegex(@"^(?<path>[\w./@+-]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    // reStructuredText, MyST, and the snippets of MkDocs.
    [GeneratedRegex(
        @"^(?:\.\. (?:literal)?include::\s*(?<path>[\w./@+-]+)(?:\s*\n\s+:[\w-]+:[^\n]*)*"
        + @"|`{3,}\s*\{(?:literal)?include\}\s*(?<path>[\w./@+-]+)"
        + @"(?:\s*\n:[\w-]+:[^\n]*)*\s*\n?`{3,}|\{!\s*(?<path>[\w./@+-]+)\s*!\}|-+8<-+\s*[""'](?<path>[\w./@+-]+)[""'])$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Include();

    [GeneratedRegex(
        @"^(?:please\s+)?(?:see|read|refer\s+to|consult|(?:the\s+)?licen[cs]e(?:\s+text)?(?:\s+is|\s+can\s+be\s+found)?\s*(?::|in|at))"
        + @"(?:\s+the)?(?:\s+(?:licen[cs]e\s+)?file)?\s+[`'""<(*\[]*(?<path>[\w./@+-]+)[`'"">)*\]]*(?:\([\w./-]+\))?(?:\s+file)?"
        + @"(?:\s+(?:in|at|of)(?:\s+(?:the|this|root|top|top-level|parent|project|project's|repository|repo|source|main|tree|directory"
        + @"|folder|level|package))+)?(?:\s+for(?:\s+(?:the|more|full|further|licen[cs]e|licensing|copyright|details|information|terms|text"
        + @"|conditions|and))+)?\s*\.?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Sentence();
}
