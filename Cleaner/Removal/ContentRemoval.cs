using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Steps;
using DataForge.Cleaner.Text;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Cleaner.Removal;

/// <summary>
/// Rewrites one part of contents: a content that lost occurrences is attributed to its best remaining one, or removed if none
/// remains. Licences are judged as <see cref="ContentJudge"/> judges them; the text, and what was found about it, stays as it is.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="options">The options that the run was cleaned under.</param>
/// <param name="part">The raw part that stores the contents.</param>
/// <param name="touched">The contents that lost occurrences.</param>
internal sealed class ContentRemoval(RunRewrite run, CleanOptions options, int part, HashSet<BlobId> touched)
{
    /// <summary>
    /// The value in <c>dropped/</c> of a drop whose reason was removed with a repository; the next build judges the content
    /// again.
    /// </summary>
    public const string ReasonRemoved = "reason removed by opt-out";

    private readonly LicensePolicy _policy = new(options);
    private readonly ShippedText _shipped = new(RuleSettings.Of(options), options.Redact);
    private readonly Dictionary<BlobId, Outcome> _outcomes = [];
    private readonly CountTable _counts = new();
    private readonly CountTable _removedRedactions = new();

    /// <summary>Writes the part's new files beside the old ones.</summary>
    /// <param name="entry">The part's manifest entry.</param>
    /// <param name="remaining">The remaining occurrences of the touched contents, sorted by <see cref="Survivor.Compare"/>.</param>
    /// <param name="contents">Takes the new rows of touched contents that were in <c>2-clean</c>; null for a content that was
    /// removed.</param>
    /// <param name="cancellation">Ends it early.</param>
    public void Rewrite(
        ManifestEntry entry, List<Survivor> remaining, Dictionary<BlobId, CorpusFile?> contents, CancellationToken cancellation)
    {
        HashSet<BlobId> wereKept = ReadKept(cancellation);
        JudgeContents(remaining, wereKept, cancellation);
        long kept = RewriteClean(contents, cancellation);
        long dropped = RewriteDropped();
        foreach (Count before in entry.Counts.Items)
        {
            bool isRedaction = before.Name == CountName.RedactedContents || CountName.Redacted.Contains(before.Name);
            if (isRedaction && before.Value > _removedRedactions[before.Name])
            {
                _counts.Add(before.Name, before.Value - _removedRedactions[before.Name]);
            }
        }

        string file = ContentStep.FileOf(part);
        string droppedFile = ContentStep.DroppedFileOf(part);
        run.Commit(entry, [run.Output(file, kept), run.Output(droppedFile, dropped)], _counts);
    }

    private HashSet<BlobId> ReadKept(CancellationToken cancellation)
    {
        var kept = new HashSet<BlobId>();
        using var reader = new CorpusShard.Reader(run.Run.PathOf(ContentStep.FileOf(part)));
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            cancellation.ThrowIfCancellationRequested();
            using CorpusShard.Rows rows = reader.ReadRowGroup(group, Column.BlobId);
            for (int row = 0; row < rows.Count; row++)
            {
                if (touched.Contains(rows.Id(row)))
                {
                    kept.Add(rows.Id(row));
                }
            }
        }

        return kept;
    }

    // Reads the sources of the touched contents, for what their headers say.
    private void JudgeContents(List<Survivor> remaining, HashSet<BlobId> wereKept, CancellationToken cancellation)
    {
        ILookup<BlobId, Survivor> byContent = remaining.ToLookup(survivor => survivor.BlobId);
        using var reader = new RawBlobsShard.Reader(run.Run.Workspace.RawBlobsPart(part));
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using RawBlobsShard.Rows rows = reader.ReadRowGroup(group);
            for (int row = 0; row < rows.Count; row++)
            {
                BlobId id = rows.Id(row);
                if (touched.Contains(id))
                {
                    cancellation.ThrowIfCancellationRequested();
                    JudgeContent(id, [.. byContent[id]], rows.Content(row), wereKept.Contains(id));
                }
            }
        }
    }

    private void JudgeContent(BlobId id, Survivor[] remaining, ReadOnlySpan<byte> content, bool wasKept)
    {
        _shipped.Decode(content);
        LicenseFinding header = _policy.Read(_shipped);
        var outcome = new Outcome { Conflict = _policy.Conflict(remaining, header) };
        IReadOnlyList<LicensedOccurrence> kept = _policy.Apply(remaining, header, outcome.Rows.Add);
        _outcomes[id] = outcome;
        if (kept.Count > 0)
        {
            outcome.Attribution = LicensePolicy.Attribute(kept, header);
        }
        else if (wasKept)
        {
            CountRemovedRedactions();
        }
    }

    // What was redacted in a text that is removed: no table has these counts, so they are computed again.
    private void CountRemovedRedactions()
    {
        _shipped.StripHeader();
        if (_shipped.Redact())
        {
            _shipped.AddRedactionsTo(_removedRedactions.Add);
        }
    }

    private long RewriteClean(Dictionary<BlobId, CorpusFile?> contents, CancellationToken cancellation)
    {
        using var reader = new CorpusShard.Reader(run.Run.PathOf(ContentStep.FileOf(part)));
        using var clean = new CorpusShard.Writer(run.Create(ContentStep.FileOf(part)), reader.Version, isIntermediate: true);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            cancellation.ThrowIfCancellationRequested();
            using CorpusShard.Rows rows = reader.ReadRowGroup(group);
            for (int row = 0; row < rows.Count; row++)
            {
                CorpusFile? file = rows.File(row);
                if (_outcomes.TryGetValue(file.BlobId, out Outcome? outcome))
                {
                    file = outcome.Attribution is { } attribution ? file with { Attribution = attribution } : null;
                    contents[rows.Id(row)] = file;
                }

                if (file is not null)
                {
                    clean.Append(file, rows.Text(row));
                    CountKept(file);
                }
            }
        }

        clean.Close();
        return clean.Rows;
    }

    private void CountKept(CorpusFile file)
    {
        _counts.Add(CountName.OccurrencesJudged, file.Copies);
        _counts.Add(CountName.ContentsIn, 1);
        _counts.Add(CountName.BytesIn, file.Size);
        _counts.Add(CountName.ContentsOut, 1);
        _counts.Add(CountName.BytesOut, file.Size);
        _counts.Add(CountName.OccurrencesOut, file.Copies);
        _counts.Add(CountName.LicenseOf(file.License), 1);
        _counts.Add(CountName.LicenseClassOf(file.LicenseClass), 1);
    }

    private long RewriteDropped()
    {
        using var dropped = new DroppedShard.Writer(run.Create(ContentStep.DroppedFileOf(part)));
        var written = new HashSet<BlobId>();
        foreach (DroppedFile row in DroppedShard.Read(run.Run.PathOf(ContentStep.DroppedFileOf(part))))
        {
            if (row.BlobId is not { } id || !_outcomes.TryGetValue(id, out Outcome? outcome))
            {
                Append(dropped, row);
                continue;
            }

            // The rows of one content are adjacent, those of its occurrences first.
            if (written.Add(id))
            {
                outcome.Rows.ForEach(occurrence => Append(dropped, occurrence));
            }

            if (row.Level == DropLevel.Content && outcome.Attribution is { } attribution)
            {
                string value = row.Rule != RuleNames.LicenseConflict ? row.Value : outcome.Conflict?.Value ?? ReasonRemoved;
                Append(dropped, row.AttributedTo(attribution) with { Value = value });
            }
        }

        dropped.Close();
        return dropped.Rows;
    }

    private void Append(DroppedShard.Writer dropped, DroppedFile row)
    {
        dropped.Append(row);
        _counts.Add(CountName.Dropped.Of(row.Rule), row.Copies);
        _counts.Add(CountName.OccurrencesJudged, row.Copies);
        if (row.Level == DropLevel.Content)
        {
            _counts.Add(CountName.DroppedContents.Of(row.Rule), 1);
            _counts.Add(CountName.ContentsIn, 1);
            _counts.Add(CountName.BytesIn, row.Size);
        }
    }

    /// <summary>What becomes of a touched content.</summary>
    private sealed class Outcome
    {
        /// <summary>Rows of occurrences whose licence does not pass.</summary>
        public List<DroppedFile> Rows { get; } = [];

        /// <summary>The new attribution; null if no occurrence remains.</summary>
        public Attribution? Attribution { get; set; }

        /// <summary>Why the remaining licences disagree; null if they agree.</summary>
        public Finding? Conflict { get; init; }
    }
}
