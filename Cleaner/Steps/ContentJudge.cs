using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Rules.All;
using DataForge.Cleaner.Text;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Python;

namespace DataForge.Cleaner.Steps;

/// <summary>
/// Judges one content with its occurrences: the licence of each occurrence, then whether their licences agree, then the text. In this
/// order, so that a text is judged only if an occurrence of it survives. One object is reused for one content after another.
/// </summary>
/// <param name="tools">What it judges with.</param>
/// <param name="output">Takes what it decides.</param>
internal sealed class ContentJudge(JudgeTools tools, IJudgeOutput output)
{
    private readonly RuleSet _rules = tools.Rules;
    private readonly LicensePolicy _policy = tools.Policy;
    private readonly ShippedText _shipped = tools.Shipped;
    private readonly JudgedText _text = tools.Text;

    /// <summary>Judges a content.</summary>
    /// <param name="occurrences">All its occurrences that passed the occurrence rules, at least one.</param>
    /// <param name="content">Its source bytes.</param>
    public void Judge(ReadOnlySpan<Survivor> occurrences, ReadOnlySpan<byte> content)
    {
        output.Add(CountName.OccurrencesJudged, occurrences.Length);
        Finding? noText = _shipped.Decode(content);
        LicenseFinding header = _policy.Read(_shipped);
        IReadOnlyList<LicensedOccurrence> kept = _policy.Apply(occurrences, header, row =>
        {
            output.Add(CountName.Dropped.Of(row.Rule), 1);
            output.Drop(row);
        });
        if (kept.Count == 0)
        {
            return;
        }

        output.Add(CountName.ContentsIn, 1);
        output.Add(CountName.BytesIn, content.Length);
        if (noText is { } why)
        {
            Survivor best = kept[0].Occurrence;
            output.Report($"{best.Repository.Name} {best.Path}", why.Rule, why.Value);
        }

        if ((noText ?? _policy.Conflict(occurrences, header) ?? JudgeText(kept[0].Occurrence.BlobId, content.Length)) is { } finding)
        {
            Drop(finding, kept, content.Length);
        }
        else
        {
            Keep(kept, header, content.Length);
        }
    }

    private Finding? JudgeText(BlobId id, int size)
    {
        _shipped.StripHeader();
        _text.Set(id, size, _shipped.Memory);
        return _rules.Judge(_text) ?? (_shipped.Redact() ? JudgeRedacted(id, size) : null);
    }

    private Finding? JudgeRedacted(BlobId id, int size)
    {
        bool parsed = _text.Verdict.Outcome != ParseOutcome.Invalid;
        _text.Set(id, size, _shipped.Memory);
        if (parsed && _text.Verdict.Outcome == ParseOutcome.Invalid)
        {
            return RedactionRule.Broken;
        }

        _shipped.AddRedactionsTo(output.Add);
        return null;
    }

    private void Keep(IReadOnlyList<LicensedOccurrence> kept, LicenseFinding header, int size)
    {
        LicensedOccurrence best = kept[0];
        TextStatistics statistics = _text.Statistics;
        BlobId contentId = _shipped.IsChanged ? BlobId.Of(_shipped.Text) : best.Occurrence.BlobId;
        var file = new CorpusFile
        {
            BlobId = best.Occurrence.BlobId,
            ContentId = contentId,
            Attribution = LicensePolicy.Attribute(kept, header),
            SourceEncoding = _shipped.Encoding,
            Size = size,
            Lines = statistics.Lines,
            MeanLine = statistics.MeanLine,
            MaxLine = statistics.MaxLine,
            AlphanumericShare = statistics.AlphanumericShare,
        };
        output.Keep(file, _shipped.Text, _text.Tokens);
        output.Add(CountName.ContentsOut, 1);
        output.Add(CountName.OccurrencesOut, kept.Count);
        output.Add(CountName.BytesOut, size);
        output.Add(CountName.LicenseOf(best.License), 1);
        output.Add(CountName.LicenseClassOf(best.Rank.License), 1);
    }

    private void Drop(Finding finding, IReadOnlyList<LicensedOccurrence> kept, int size)
    {
        output.Add(CountName.Dropped.Of(finding.Rule), kept.Count);
        output.Add(CountName.DroppedContents.Of(finding.Rule), 1);
        output.Drop(LicensePolicy.Dropped(finding, kept, size));
    }
}
