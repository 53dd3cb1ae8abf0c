using System.Text;
using System.Text.RegularExpressions;
using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Text;

namespace DataForge.Cleaner.Survey;

/// <summary>
/// Finds where in a text the licences stand that the detector found in it, for people to look up. It judges nothing: the licence of the
/// text is what the detector says. Not safe from several threads.
/// </summary>
internal sealed partial class PassageReader
{
    // A list of the licences of bundled software may have thousands of sentences; nobody reads that many lines of an answer.
    private const int MaxParts = 400;
    private const int MaxPassages = 100;
    private const int MaxText = 300;

    private readonly LicenseDetector _detector = new();
    private readonly List<LicensePassage> _passages = [];
    private readonly List<UnexplainedPassage> _unexplained = [];
    private int _parts;

    /// <summary>The passages that state licences, in order.</summary>
    public IReadOnlyList<LicensePassage> Passages => [.. _passages];

    /// <summary>The passages that no licence explains, in order; of a source file's header none are listed.</summary>
    public IReadOnlyList<UnexplainedPassage> Unexplained => [.. _unexplained];

    /// <summary>Reads a licence file, a notice or a README.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where the part begins that speaks of the licence.</param>
    public void ReadFile(ReadOnlySpan<byte> text, int from = 0)
    {
        Clear();
        _detector.OfWhole(text[from..]);
        Read(text, from, isHeader: false);
    }

    /// <summary>Reads a source file that states a licence.</summary>
    /// <param name="text">The decoded source.</param>
    /// <param name="header">Where its header ends.</param>
    public void ReadSource(ReadOnlySpan<byte> text, int header)
    {
        Clear();
        if (_detector.OfHeader(text[..header]).Expression.Length > 0)
        {
            Read(text[..header], 0, isHeader: true);
        }

        var below = new List<(int Start, string License)>();
        LicensesBelow.Read(text, header, below);
        foreach ((int start, string license) in below)
        {
            Add(text, start, start + 1, license, text[start] == '#' ? PassageKind.Tag : PassageKind.Name);
        }
    }

    /// <summary>Finds the first line of metadata that names a licence.</summary>
    /// <param name="text">The metadata.</param>
    /// <param name="license">The licence found in it.</param>
    public void ReadMetadata(ReadOnlySpan<byte> text, string license)
    {
        Clear();
        if (MetadataLine().Match(Encoding.Latin1.GetString(text)) is { Success: true } line)
        {
            Add(text, line.Index, line.Index + line.Length, license, PassageKind.Name);
        }
    }

    private void Clear()
    {
        _passages.Clear();
        _unexplained.Clear();
        _parts = 0;
    }

    private void Read(ReadOnlySpan<byte> text, int from, bool isHeader)
    {
        int end = from;
        ReadOnlySpan<int> starts = _detector.Words.Starts;
        foreach (LicenseMatch match in _detector.Matches)
        {
            int start = from + starts[match.Start];
            ReadBetween(text, end, start, isHeader);
            end = from + starts[match.End - 1];
            int length = text[end..].IndexOfAny(" \t\r\n"u8);
            end = length < 0 ? text.Length : end + length;
            Add(text, start, end, match.Template.Id, PassageKind.Text);
        }

        ReadBetween(text, end, text.Length, isHeader);
    }

    private void ReadBetween(ReadOnlySpan<byte> text, int start, int end, bool isHeader)
    {
        string piece = start < end ? Encoding.Latin1.GetString(text[start..end]) : "";
        foreach ((int Start, int End) part in TextParts.Of(piece))
        {
            if (_parts++ == MaxParts)
            {
                return;
            }

            ReadPart(text, start + part.Start, start + part.End, isHeader);
        }
    }

    private void ReadPart(ReadOnlySpan<byte> text, int start, int end, bool isHeader)
    {
        ReadOnlySpan<byte> part = text[start..end];
        if (LicenseTags.FindTags(part) is { } tags)
        {
            Add(text, start, end, tags, PassageKind.Tag);
            return;
        }

        string named = LicenseNotices.Find(part, isHeader);
        named = named.Length == 0 && isHeader ? SpdxExpression.And([LicenseTags.OfModule(part), LicenseTags.OfLines(part)]) : named;
        named = named.Length == 0 && part.Length < 80 ? LicenseNames.ToSpdx(Encoding.UTF8.GetString(part)) ?? "" : named;
        if (named.Length > 0)
        {
            Add(text, start, end, named, PassageKind.Name);
        }
        else if (!isHeader && _unexplained.Count < MaxPassages && WithoutCopyright(part) is { Length: > 0 } left)
        {
            (int first, int last) = Lines(text, start, end);
            _unexplained.Add(new UnexplainedPassage(first, last, left.Length > MaxText ? left[..MaxText] + "…" : left));
        }
    }

    private void Add(ReadOnlySpan<byte> text, int start, int end, string license, PassageKind kind)
    {
        if (_passages.Count < MaxPassages)
        {
            (int first, int last) = Lines(text, start, end);
            _passages.Add(new LicensePassage(first, last, license, kind));
        }
    }

    private static (int First, int Last) Lines(ReadOnlySpan<byte> text, int start, int end)
    {
        int first = 1 + text[..start].Count((byte)'\n');
        return (first, first + text[start..end].Count((byte)'\n'));
    }

    // Copyright lines and lines without a letter say nothing that needs explaining.
    private static string WithoutCopyright(ReadOnlySpan<byte> part)
    {
        var left = new List<string>();
        foreach (Range range in part.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = part[range].Trim(" \t\r#*;/-=_~"u8);
            string decoded = Encoding.UTF8.GetString(line);
            if (!CopyrightLine.Is(line) && decoded.Any(char.IsLetter) && !AllRights().IsMatch(decoded))
            {
                left.Add(decoded);
            }
        }

        return string.Join(' ', left);
    }

    [GeneratedRegex(
        @"^[ \t""']*(?:licen[cs]e\b|.*License ::|.*\blicen[cs]e\s*=)[^\n]*",
        RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MetadataLine();

    [GeneratedRegex(@"^all rights reserved\.?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AllRights();
}
