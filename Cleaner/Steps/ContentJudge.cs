using DataForge.Cleaner.Decontamination;
using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Redaction;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Text;
using DataForge.Corpus;
using DataForge.Python;
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
    private readonly RuleThresholds _thresholds = options.Thresholds();
    private readonly RuleSet _rules = new(options.Thresholds(), benchmarks);
    private readonly LicensePolicy _policy = new(options);
    private readonly SourceText _source = new();
    private readonly JudgedText _text = new();
    private readonly Redactor _redactor = new();

    /// <summary>Judges a content: it goes to the clean shard, or what of it leaves goes to the dropped one.</summary>
    /// <param name="occurrences">All its occurrences that passed the rules about names, at least one.</param>
    /// <param name="content">Its source bytes.</param>
    public void Judge(ReadOnlySpan<Survivor> occurrences, ReadOnlySpan<byte> content)
    {
        output.Add("occurrences.judged", occurrences.Length);
        bool isText = _source.Decode(content);
        LicenseFinding header = _policy.HeaderOf(_source, isText);
        IReadOnlyList<LicensedOccurrence> kept = _policy.Apply(occurrences, header, left =>
        {
            output.Add("dropped." + left.Rule);
            dropped.Append(left);
        });
        if (kept.Count == 0)
        {
            return;
        }

        Survivor best = kept[0].Occurrence;
        output.Add("contents.in");
        output.Add("bytes.in", content.Length);
        if (!isText)
        {
            (string rule, string value) = _source.Fault!.Value;
            fault($"{best.Repository.Name} {best.Path}", rule, value);
            Drop(new Finding(rule, value, ""), kept, content.Length);
            return;
        }

        if (_policy.Conflict(occurrences, header) is { } conflict)
        {
            Drop(conflict, kept, content.Length);
            return;
        }

        if (_thresholds.StripLicenseHeader && LicenseHeader.StripRange(_source.Text) is { End: > 0 } strip)
        {
            _source.Remove(strip.Start, strip.End);
        }

        _text.Set(best.BlobId, content.Length, _source.Memory);
        if (_rules.Judge(_text) is { } finding)
        {
            Drop(finding, kept, content.Length);
            return;
        }

        if (options.Redact && _redactor.Redact(_source) && !CountRedacted(best, content.Length))
        {
            Drop(new Finding("redaction", "the redacted text does not parse", ""), kept, content.Length);
            return;
        }

        Keep(kept, header, content.Length);
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

    private void Keep(IReadOnlyList<LicensedOccurrence> kept, LicenseFinding header, int size)
    {
        LicensedOccurrence best = kept[0];
        TextStatistics statistics = _text.Statistics;
        clean.Append(
            LicensePolicy.Attributed(kept, header, _source.IsChanged ? BlobId.Of(_source.Text) : best.Occurrence.BlobId, size) with
            {
                SourceEncoding = _source.Encoding,
                Lines = statistics.Lines,
                MeanLine = statistics.MeanLine,
                MaxLine = statistics.MaxLine,
                AlphanumericShare = statistics.AlphanumericShare,
            },
            _source.Text);
        output.Add("contents.out");
        output.Add("occurrences.out", kept.Count);
        output.Add("bytes.out", size);
        output.Add($"license.{best.License}");
        output.Add($"license_class.{best.Rank.License.Name()}");
    }

    private void Drop(Finding finding, IReadOnlyList<LicensedOccurrence> kept, int size)
    {
        output.Add($"dropped.{finding.Rule}", kept.Count);
        output.Add($"dropped_contents.{finding.Rule}");
        dropped.Append(LicensePolicy.Dropped(finding, kept, size));
    }
}
