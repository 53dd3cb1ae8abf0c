using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Rules;
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
/// Which occurrences of a content may stay for their licences, which of them speaks for it, and what the others and the file's own header add to that.
/// </summary>
internal sealed class LicensePolicy(CleanOptions options)
{
    private const int MaxOthers = 100;
    private const int MaxCopyrightLines = 20;
    private const int MaxValue = 300;
    private readonly HashSet<LicenseClass> _policy = [.. options.LicensePolicy.Select(LicenseClasses.Parse)];
    private readonly string _policyText = string.Join(",", options.LicensePolicy);
    private readonly HeaderCache _headers = new();
    private readonly List<LicensedOccurrence> _kept = [];

    /// <summary>What a text says of its own licence.</summary>
    public LicenseFinding HeaderOf(SourceText source, bool isText) =>
        isText ? _headers.Find(source.Text[..LicenseHeader.EndOf(source.Text)]) : LicenseFinding.Nothing;

    /// <summary>Ranks the occurrences whose licence passes, the best first; the others leave, each with its row. Valid until the next call.</summary>
    public IReadOnlyList<LicensedOccurrence> Apply(ReadOnlySpan<Survivor> occurrences, LicenseFinding header, Action<DroppedFile> leave)
    {
        _kept.Clear();
        bool isOwn = header.Expression.Length > 0;
        LicenseClass own = isOwn ? SpdxExpression.ClassOf(header.Expression) : LicenseClass.None;
        foreach (Survivor occurrence in occurrences)
        {
            bool goesByHeader = isOwn && !RepositoryLicenses.MakesPrecise(occurrence.License, header.Expression);
            LicenseClass value = goesByHeader ? own : occurrence.LicenseClass;
            string license = goesByHeader ? header.Expression : occurrence.License;
            if (_policy.Contains(value))
            {
                _kept.Add(new LicensedOccurrence(occurrence, occurrence.RankAs(value), license, goesByHeader ? "header" : occurrence.LicenseEvidence));
                continue;
            }

            var why = new Finding("license", Cut(license.Length == 0 ? "none" : $"{license} ({value.Name()})"), _policyText);
            leave(DroppedRow.Of(DropLevel.Occurrence, why, occurrence.BlobId, occurrence.Repository, occurrence.Path, occurrence.Size));
        }

        _kept.Sort((a, b) => a.Rank.CompareTo(b.Rank));
        return _kept;
    }

    /// <summary>Whether the licences known for a content's occurrences disagree; those that did not pass the policy count as well.</summary>
    public Finding? Conflict(ReadOnlySpan<Survivor> occurrences, LicenseFinding header)
    {
        if (options.LicenseConflict == LicenseConflict.Keep || header.Expression.Length > 0 || occurrences.Length == 1)
        {
            return null;
        }

        var known = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Survivor occurrence in occurrences)
        {
            if (occurrence.LicenseClass < LicenseClass.Unknown)
            {
                known.Add(options.LicenseConflict == LicenseConflict.Drop ? occurrence.License : occurrence.LicenseClass.Name());
            }
        }

        return known.Count > 1 ? new Finding("license_conflict", Cut(string.Join(" / ", known)), "one licence") : null;
    }

    // The occurrences behind the best one, as the shards name them.
    private static List<OccurrenceLocation> Others(IReadOnlyList<LicensedOccurrence> kept)
    {
        var others = new List<OccurrenceLocation>();
        for (int i = 1; i < kept.Count && others.Count < MaxOthers; i++)
        {
            others.Add(new OccurrenceLocation(kept[i].Occurrence.Repository.Name, kept[i].Occurrence.Path));
        }

        return others;
    }

    /// <summary>The row of a content that leaves with these occurrences.</summary>
    public static DroppedFile Dropped(Finding finding, IReadOnlyList<LicensedOccurrence> kept, long size)
    {
        Survivor best = kept[0].Occurrence;
        return DroppedRow.Of(DropLevel.Content, finding, best.BlobId, best.Repository, best.Path, size, kept.Count);
    }

    /// <summary>A content that stays, as its occurrences and the file's own header speak for it; its text is described elsewhere.</summary>
    public static CorpusFile Attributed(IReadOnlyList<LicensedOccurrence> kept, LicenseFinding header, BlobId contentId, long size)
    {
        LicensedOccurrence best = kept[0];
        return new CorpusFile
        {
            BlobId = best.Occurrence.BlobId,
            ContentId = contentId,
            Attribution = new Attribution
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
            },
            Size = size,
        };
    }

    // Copyright lines of the file and of what covers it.
    private static IReadOnlyList<string> Copyright(LicenseFinding header, Survivor best)
    {
        if (best.Copyright.Length == 0)
        {
            return header.Copyright;
        }

        return [.. header.Copyright.Concat(best.Copyright.Split('\n')).Distinct(StringComparer.Ordinal).Take(MaxCopyrightLines)];
    }

    private static string Cut(string value) => value.Length > MaxValue ? value[..MaxValue] + "…" : value;
}
