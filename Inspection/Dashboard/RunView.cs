using DataForge.Corpus.Counts;
using DataForge.Dedup.Auditing;
using DataForge.Dedup.Dataset;
using DataForge.Inspection.Reporting;

namespace DataForge.Inspection.Dashboard;

/// <summary>What the dashboard shows of one run.</summary>
internal sealed record RunView
{
    /// <summary>What becomes of the run.</summary>
    public required RunState State { get; init; }

    /// <summary>When something last changed; null if the run has no log.</summary>
    public required DateTimeOffset? Changed { get; init; }

    /// <summary>What the report shows too.</summary>
    public required ReportData Report { get; init; }

    /// <summary>What the events say; shared with later views, so it is read under the reader's lock only.</summary>
    public required RunEvents Events { get; init; }

    /// <summary>The sums of the crawl's counts.</summary>
    public required CountTable Crawl { get; init; }

    /// <summary>The duplicates that were found.</summary>
    public required DuplicateFigures Duplicates { get; init; }

    /// <summary>The near duplicates by similarity.</summary>
    public required IReadOnlyList<NamedFigure> Jaccard { get; init; }

    /// <summary>The audit of the duplicates; null if there is none.</summary>
    public required AuditReport? Audit { get; init; }

    /// <summary>The evaluations of its model.</summary>
    public required IReadOnlyList<EvaluatedSet> Evaluations { get; init; }
}
