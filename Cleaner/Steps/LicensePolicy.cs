using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Rules.All;
using DataForge.Cleaner.Text;
using DataForge.Corpus;

namespace DataForge.Cleaner.Steps;

/// <summary>An occurrence whose licence passes.</summary>
/// <param name="Occurrence">The occurrence.</param>
/// <param name="Rank">Its rank under that licence.</param>
/// <param name="License">The SPDX expression.</param>
/// <param name="Evidence">How it is known.</param>
internal readonly record struct LicensedOccurrence(Survivor Occurrence, OccurrenceRank Rank, string License, string Evidence);

/// <summary>
/// Decides which occurrences of a content are kept for their licences and which of them stands for the content, and combines what the
/// others and the file's own header add. One object is reused for one content after another.
/// </summary>
/// <param name="options">The options of the stage.</param>
internal sealed class LicensePolicy(CleanOptions options)
{
    // A list of occurrences must not outgrow the text; 100 are more than people read, and CorpusFile promises this bound.
    private const int MaxOthers = 100;

    // As many as LicenseDetector takes from one text: an AUTHORS-like header must not outgrow the text.
    private const int MaxCopyrightLines = 20;

    private readonly LicenseRule.Check _rule = RuleList.All.OfType<LicenseRule>().Single().Build(options);
    private readonly HeaderCache _headers = new();
    private readonly List<LicensedOccurrence> _kept = [];

    /// <summary>What a source says of its own licence.</summary>
    /// <param name="source">The decoded source.</param>
    public LicenseFinding Read(ShippedText source) => _headers.Of(source);

    /// <summary>Ranks the occurrences whose licence passes, the best first. The list is valid until the next call.</summary>
    /// <param name="occurrences">The content's occurrences.</param>
    /// <param name="header">What the file's own header says.</param>
    /// <param name="drop">Takes the row of each occurrence whose licence does not pass.</param>
    public IReadOnlyList<LicensedOccurrence> Apply(ReadOnlySpan<Survivor> occurrences, LicenseFinding header, Action<DroppedFile> drop)
    {
        _kept.Clear();
        HeaderLicense own = HeaderLicense.Of(header);
        foreach (Survivor occurrence in occurrences)
        {
            FileLicense license = occurrence.LicenseUnder(own);
            if (_rule.Judge(license.Expression, license.Class) is { } finding)
            {
                drop(DroppedRow.Of(
                    DropLevel.Occurrence, finding, occurrence.BlobId, occurrence.Repository, occurrence.Path, occurrence.Size));
                continue;
            }

            _kept.Add(new LicensedOccurrence(occurrence, occurrence.RankAs(license.Class), license.Expression, license.Evidence));
        }

        _kept.Sort((a, b) => a.Rank.CompareTo(b.Rank));
        return _kept;
    }

    /// <summary>Why a content is dropped because its licences disagree; null if it is not.</summary>
    /// <param name="occurrences">All its occurrences, those whose licence does not pass included.</param>
    /// <param name="header">What the file's own header says.</param>
    public Finding? Conflict(ReadOnlySpan<Survivor> occurrences, LicenseFinding header) =>
        LicenseConflictRule.Judge(options.LicenseConflict, occurrences, header.Expression.Length > 0);

    private static List<OccurrenceLocation> Others(IReadOnlyList<LicensedOccurrence> kept)
    {
        var others = new List<OccurrenceLocation>();
        for (int i = 1; i < kept.Count && others.Count < MaxOthers; i++)
        {
            others.Add(new OccurrenceLocation(kept[i].Occurrence.Repository.Name, kept[i].Occurrence.Path));
        }

        return others;
    }

    /// <summary>The row of a content that is dropped with these occurrences.</summary>
    public static DroppedFile Dropped(Finding finding, IReadOnlyList<LicensedOccurrence> kept, long size)
    {
        Survivor best = kept[0].Occurrence;
        return DroppedRow.Of(DropLevel.Content, finding, best.BlobId, best.Repository, best.Path, size, kept.Count);
    }

    /// <summary>Where a content that is kept comes from, and under which licence.</summary>
    /// <param name="kept">Its occurrences, the best first; at least one.</param>
    /// <param name="header">What the file's own header says.</param>
    public static Attribution Attribute(IReadOnlyList<LicensedOccurrence> kept, LicenseFinding header)
    {
        LicensedOccurrence best = kept[0];
        return new Attribution
        {
            Repository = best.Occurrence.Repository,
            Path = best.Occurrence.Path,
            License = best.License,
            LicenseClass = best.Rank.License,
            LicenseEvidence = best.Evidence,
            Copyright = Copyright(header, best.Occurrence),
            Copies = kept.Count,
            OtherOccurrences = Others(kept),
            IsVendored = best.Occurrence.IsVendored,
        };
    }

    // Copyright lines of the file and of the licence that covers it.
    private static IReadOnlyList<string> Copyright(LicenseFinding header, Survivor best) => best.Copyright.Count == 0
        ? header.Copyright
        : [.. header.Copyright.Concat(best.Copyright).Distinct(StringComparer.Ordinal).Take(MaxCopyrightLines)];
}
