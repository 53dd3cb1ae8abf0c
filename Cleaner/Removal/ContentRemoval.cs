using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Redaction;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Steps;
using DataForge.Cleaner.Text;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Cleaner.Removal;

/// <summary>
/// Rewrites one part of contents: those that lost occurrences are attributed to the best one left, or leave. Licences are weighed as
/// <see cref="ContentJudge"/> weighs them; the text, and what was found of it, stays as it is.
/// </summary>
internal sealed class ContentRemoval(RunRewrite run, CleanOptions options, int part, HashSet<BlobId> touched)
{
    /// <summary>Stands in <c>dropped/</c> as the value of a drop whose reason went with a removed repository; the next build looks at it again.</summary>
    public const string ReasonRemoved = "reason removed by opt-out";

    private readonly LicensePolicy _policy = new(options);
    private readonly SourceText _source = new();
    private readonly Redactor _redactor = new();
    private readonly RuleThresholds _thresholds = options.Thresholds();
    private readonly Dictionary<BlobId, Outcome> _outcomes = [];
    private readonly RowCounts _counts = new();
    private readonly SortedDictionary<string, long> _redacted = new(StringComparer.Ordinal);

    /// <summary>Writes the part's new files aside.</summary>
    /// <param name="entry">The part's entry.</param>
    /// <param name="survivors">What is left of the touched contents, sorted by <see cref="Survivor.Compare"/>.</param>
    /// <param name="contents">Takes the new rows of touched contents that were in <c>2-clean</c>.</param>
    /// <param name="cancellation">Ends it early.</param>
    public void Rewrite(ManifestEntry entry, List<Survivor> survivors, Dictionary<BlobId, CorpusFile?> contents, CancellationToken cancellation)
    {
        HashSet<BlobId> wereKept = ReadKept(cancellation);
        Weigh(survivors, wereKept, cancellation);
        long kept = RewriteClean(contents, cancellation);
        long dropped = RewriteDropped();
        foreach ((string name, long value) in entry.Counts.Where(count => count.Key.StartsWith("redacted", StringComparison.Ordinal)))
        {
            long left = value - _redacted.GetValueOrDefault(name);
            if (left > 0)
            {
                _counts.Add(name, left);
            }
        }

        string file = ContentStep.FileOf(part);
        string droppedFile = ContentStep.DroppedFileOf(part);
        run.Commit(entry, [run.Output(file, kept), run.Output(droppedFile, dropped)], _counts.Values);
    }

    private HashSet<BlobId> ReadKept(CancellationToken cancellation)
    {
        var kept = new HashSet<BlobId>();
        using var reader = new CorpusShard.Reader(run.Run.PathOf(ContentStep.FileOf(part)));
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            cancellation.ThrowIfCancellationRequested();
            using CorpusShard.Rows rows = reader.ReadRowGroup(group, "blob_id");
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

    // Reads the touched contents' sources, for what their headers say.
    private void Weigh(List<Survivor> survivors, HashSet<BlobId> wereKept, CancellationToken cancellation)
    {
        ILookup<BlobId, Survivor> byContent = survivors.ToLookup(survivor => survivor.BlobId);
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
                    Weigh(id, [.. byContent[id]], rows.Content(row), wereKept.Contains(id));
                }
            }
        }
    }

    private void Weigh(BlobId id, Survivor[] left, ReadOnlySpan<byte> content, bool wasKept)
    {
        bool isText = _source.Decode(content);
        LicenseFinding header = _policy.HeaderOf(_source, isText);
        var outcome = new Outcome { Conflict = _policy.Conflict(left, header) };
        IReadOnlyList<LicensedOccurrence> kept = _policy.Apply(left, header, outcome.Rows.Add);
        _outcomes[id] = outcome;
        if (kept.Count == 0)
        {
            if (wasKept)
            {
                TakeRedactions();
            }

            return;
        }

        outcome.Attribution = LicensePolicy.Attributed(kept, header, id, content.Length).Attribution;
    }

    // What was taken out of a text that leaves: these figures stand in no table, so they are found again.
    private void TakeRedactions()
    {
        if (!options.Redact)
        {
            return;
        }

        if (_thresholds.StripLicenseHeader && LicenseHeader.StripRange(_source.Text) is { End: > 0 } strip)
        {
            _source.Remove(strip.Start, strip.End);
        }

        if (_redactor.Redact(_source))
        {
            _redacted["redacted_contents"] = _redacted.GetValueOrDefault("redacted_contents") + 1;
            foreach (SecretKind kind in Enum.GetValues<SecretKind>())
            {
                string name = $"redacted.{Placeholders.Name(kind)}";
                _redacted[name] = _redacted.GetValueOrDefault(name) + _redactor.Counts[(int)kind];
            }
        }
    }

    private long RewriteClean(Dictionary<BlobId, CorpusFile?> contents, CancellationToken cancellation)
    {
        using var reader = new CorpusShard.Reader(run.Run.PathOf(ContentStep.FileOf(part)));
        using var clean = new CorpusShard.Writer(run.Create(ContentStep.FileOf(part)), reader.Version);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            cancellation.ThrowIfCancellationRequested();
            using CorpusShard.Rows rows = reader.ReadRowGroup(group);
            for (int row = 0; row < rows.Count; row++)
            {
                CorpusFile? file = rows.File(row);
                if (_outcomes.TryGetValue(file.BlobId, out Outcome? outcome))
                {
                    file = outcome.Attribution is { } now ? file with { Attribution = now } : null;
                    contents[rows.Id(row)] = file;
                }

                if (file is not null)
                {
                    clean.Append(file, rows.Text(row));
                    Count("out", file.Copies, file.Size);
                    Count("in", 0, file.Size);
                    _counts.Add("occurrences.judged", file.Copies);
                    _counts.Add("license." + file.License, 1);
                    _counts.Add("license_class." + file.LicenseClass.Name(), 1);
                }
            }
        }

        clean.Close();
        return clean.Rows;
    }

    private long RewriteDropped()
    {
        using var dropped = new DroppedShard.Writer(run.Create(ContentStep.DroppedFileOf(part)));
        var told = new HashSet<BlobId>();
        foreach (DroppedFile row in DroppedShard.Read(run.Run.PathOf(ContentStep.DroppedFileOf(part))))
        {
            if (row.BlobId is not { } id || !_outcomes.TryGetValue(id, out Outcome? outcome))
            {
                Append(dropped, row);
                continue;
            }

            // The rows of one content stand together, its occurrences first.
            if (told.Add(id))
            {
                outcome.Rows.ForEach(occurrence => Append(dropped, occurrence));
            }

            if (row.Level == DropLevel.Content && outcome.Attribution is { } best)
            {
                string value = row.Rule != "license_conflict" ? row.Value : outcome.Conflict?.Value ?? ReasonRemoved;
                Append(dropped, row.AttributedTo(best) with { Value = value });
            }
        }

        dropped.Close();
        return dropped.Rows;
    }

    private void Append(DroppedShard.Writer dropped, DroppedFile row)
    {
        dropped.Append(row);
        _counts.Add("dropped." + row.Rule, row.Copies);
        _counts.Add("occurrences.judged", row.Copies);
        if (row.Level == DropLevel.Content)
        {
            _counts.Add("dropped_contents." + row.Rule, 1);
            Count("in", 0, row.Size);
        }
    }

    private void Count(string side, long occurrences, long bytes)
    {
        _counts.Add("contents." + side, 1);
        _counts.Add("bytes." + side, bytes);
        if (occurrences > 0)
        {
            _counts.Add("occurrences." + side, occurrences);
        }
    }

    private sealed class Outcome
    {
        /// <summary>Rows of occurrences whose licence does not pass.</summary>
        public List<DroppedFile> Rows { get; } = [];

        /// <summary>Where the content was found now; null where nothing of it is left.</summary>
        public Attribution? Attribution { get; set; }

        public Finding? Conflict { get; init; }
    }
}
