using DataForge.Cleaner.Decontamination;
using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Redaction;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Text;
using DataForge.Corpus;
using DataForge.Corpus.Python;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Cleaner.Steps;

/// <summary>
/// Judges one content with its occurrences: the licence of each occurrence, whether their licences agree, then the text. In that order, so that a
/// text is only judged if an occurrence of it survives. Serves one content after another.
/// </summary>
internal sealed class ContentJudge(
    CleanOptions options, BenchmarkIndex? benchmarks, CorpusShard.Writer clean, DroppedShard.Writer dropped, PartOutput output, Action<string, string, string> fault)
{
    private const int MaxOthers = 100;
    private const int MaxCopyrightLines = 20;
    private const int MaxValue = 300;
    private readonly RuleThresholds _thresholds = options.Thresholds();
    private readonly RuleSet _rules = new(options.Thresholds(), benchmarks);
    private readonly HashSet<LicenseClass> _policy = [.. options.LicensePolicy.Select(LicenseClasses.Parse)];
    private readonly string _policyText = string.Join(",", options.LicensePolicy);
    private readonly SourceText _source = new();
    private readonly JudgedText _text = new();
    private readonly HeaderCache _headers = new();
    private readonly Redactor _redactor = new();
    private readonly List<(Survivor Occurrence, OccurrenceRank Rank, string License, string Evidence)> _kept = [];

    /// <summary>Judges a content: it goes to the clean shard, or what of it leaves goes to the dropped one.</summary>
    /// <param name="occurrences">All its occurrences that passed the rules about names, at least one.</param>
    /// <param name="content">Its source bytes.</param>
    public void Judge(ReadOnlySpan<Survivor> occurrences, ReadOnlySpan<byte> content)
    {
        output.Add("occurrences.judged", occurrences.Length);
        bool isText = _source.Decode(content);
        LicenseFinding header = isText ? _headers.Find(_source.Text[..LicenseHeader.EndOf(_source.Text)]) : LicenseFinding.Nothing;
        if (ApplyPolicy(occurrences, header) == 0)
        {
            return;
        }

        Survivor best = _kept[0].Occurrence;
        output.Add("contents.in");
        output.Add("bytes.in", content.Length);
        if (!isText)
        {
            (string rule, string value) = _source.Fault!.Value;
            fault($"{best.Repository.Name} {best.Path}", rule, value);
            Drop(new Finding(rule, value, ""), content.Length);
            return;
        }

        if (Conflict(occurrences, header) is { } conflict)
        {
            Drop(conflict, content.Length);
            return;
        }

        if (_thresholds.StripLicenseHeader && LicenseHeader.StripRange(_source.Text) is { End: > 0 } strip)
        {
            _source.Remove(strip.Start, strip.End);
        }

        _text.Set(best.BlobId, content.Length, _source.Memory);
        if (_rules.Judge(_text) is { } finding)
        {
            Drop(finding, content.Length);
            return;
        }

        if (options.Redact && _redactor.Redact(_source) && !CountRedacted(best, content.Length))
        {
            Drop(new Finding("redaction", "the redacted text does not parse", ""), content.Length);
            return;
        }

        Keep(best, header, content.Length);
    }

    /// <summary>Takes the redacted text as the one that ships; false where it no longer parses although it did.</summary>
    private bool CountRedacted(Survivor best, int size)
    {
        bool parsed = _text.Verdict.Outcome != ParseOutcome.Invalid;
        _text.Set(best.BlobId, size, _source.Memory);
        if (parsed && _text.Verdict.Outcome == ParseOutcome.Invalid)
        {
            return false;
        }

        output.Add("redacted_contents");
        foreach (SecretKind kind in Enum.GetValues<SecretKind>())
        {
            if (_redactor.Counts[(int)kind] is > 0 and int count)
            {
                output.Add($"redacted.{Placeholders.Name(kind)}", count);
            }
        }

        return true;
    }

    /// <summary>Drops the occurrences whose licence does not pass, ranks those that stay, and returns how many these are.</summary>
    private int ApplyPolicy(ReadOnlySpan<Survivor> occurrences, LicenseFinding header)
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
                _kept.Add((occurrence, occurrence.RankAs(value), license, goesByHeader ? "header" : occurrence.LicenseEvidence));
                continue;
            }

            output.Add("dropped.license");
            dropped.Append(new DroppedFile
            {
                Level = DropLevel.Occurrence,
                Rule = "license",
                Value = Cut(license.Length == 0 ? "none" : $"{license} ({value.Name()})"),
                Threshold = _policyText,
                BlobId = occurrence.BlobId,
                RepositoryId = occurrence.Repository.Id,
                Repository = occurrence.Repository.Name,
                Commit = occurrence.Repository.Commit,
                Path = occurrence.Path,
                Size = occurrence.Size,
            });
        }

        _kept.Sort((a, b) => a.Rank.CompareTo(b.Rank));
        return _kept.Count;
    }

    /// <summary>Whether the licences known for a content's occurrences disagree; those that did not pass the policy count as well.</summary>
    private Finding? Conflict(ReadOnlySpan<Survivor> occurrences, LicenseFinding header)
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

    private void Keep(Survivor best, LicenseFinding header, int size)
    {
        (_, _, string license, string evidence) = _kept[0];
        LicenseClass value = _kept[0].Rank.License;
        var others = new List<string>();
        for (int i = 1; i < _kept.Count && others.Count < MaxOthers; i++)
        {
            others.Add($"{_kept[i].Occurrence.Repository.Name} {_kept[i].Occurrence.Path}");
        }

        TextStatistics statistics = _text.Statistics;
        clean.Append(
            new CorpusFile
            {
                BlobId = best.BlobId,
                ContentId = _source.IsChanged ? BlobId.Of(_source.Text) : best.BlobId,
                Repository = best.Repository,
                Path = best.Path,
                License = license,
                LicenseClass = value,
                LicenseEvidence = evidence,
                Copyright = Copyright(header, best),
                Copies = _kept.Count,
                OtherOccurrences = others,
                SourceEncoding = _source.Encoding,
                Size = size,
                Lines = statistics.Lines,
                MeanLine = statistics.MeanLine,
                MaxLine = statistics.MaxLine,
                AlphanumericShare = statistics.AlphanumericShare,
                IsVendored = best.IsVendored,
            },
            _source.Text);
        output.Add("contents.out");
        output.Add("occurrences.out", _kept.Count);
        output.Add("bytes.out", size);
        output.Add($"license.{license}");
        output.Add($"license_class.{value.Name()}");
    }

    private void Drop(Finding finding, int size)
    {
        Survivor best = _kept[0].Occurrence;
        output.Add($"dropped.{finding.Rule}", _kept.Count);
        output.Add($"dropped_contents.{finding.Rule}");
        dropped.Append(new DroppedFile
        {
            Level = DropLevel.Content,
            Rule = finding.Rule,
            Value = finding.Value,
            Threshold = finding.Threshold,
            BlobId = best.BlobId,
            RepositoryId = best.Repository.Id,
            Repository = best.Repository.Name,
            Commit = best.Repository.Commit,
            Path = best.Path,
            Size = size,
            Copies = _kept.Count,
        });
    }

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
