using DataForge.Cleaner.Licenses;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Cleaner.Steps;

/// <summary>A repository's snapshot that has rows in a raw part, and what the forge says about its licence.</summary>
/// <param name="Id">The repository's number.</param>
/// <param name="Snapshot">The snapshot's number.</param>
/// <param name="Rows">Its rows in the part.</param>
/// <param name="ForgeLicense">The licence that the forge names; null if it names none.</param>
internal sealed record RepositoryRows(long Id, int Snapshot, long Rows, string? ForgeLicense);

/// <summary>A row of a raw part that is evidence: where it was found, as what, and where its content is stored.</summary>
/// <param name="Repository">The repository's number.</param>
/// <param name="Snapshot">The snapshot's number.</param>
/// <param name="Path">The path in the repository.</param>
/// <param name="Kind">What it is read as.</param>
/// <param name="Blob">The content's git id, in hexadecimal.</param>
/// <param name="BlobPart">The raw part that stores the content.</param>
internal sealed record EvidenceRow(long Repository, int Snapshot, string Path, EvidenceKind Kind, string Blob, int BlobPart);

/// <summary>What a raw part says about licences, for the next steps: a function of the part alone.</summary>
internal sealed record PartEvidence
{
    /// <summary>Snapshots with rows in the part, in the order of their rows.</summary>
    public required IReadOnlyList<RepositoryRows> Repositories { get; init; }

    /// <summary>Raw parts in which evidence of these snapshots is stored.</summary>
    public required IReadOnlyList<int> EvidenceParts { get; init; }

    /// <summary>
    /// The part's rows that are evidence, in order. A repository may be spread over many parts: with these rows, each part knows the
    /// licences of its repositories without reading all rows of the others.
    /// </summary>
    public required IReadOnlyList<EvidenceRow> Rows { get; init; }

    /// <summary>What the evidence stored in this part says, in order of blob id and kind.</summary>
    public required IReadOnlyList<Evidence> Evidence { get; init; }
}

/// <summary>
/// The first step, one raw part at a time: reads the licence of each licence text and each piece of metadata that the part stores. A blob
/// that an earlier part stored as something else (a Python file that another repository calls LICENSE) is no evidence.
/// </summary>
internal static class EvidenceStep
{
    /// <summary>The part's name in the manifest.</summary>
    public static string PartName(int part) => $"licenses-{part:D5}";

    /// <summary>The file it writes, relative to the run's folder.</summary>
    public static string FileOf(int part) => $"{RunPaths.Clean}/licenses/part-{part:D5}.json";

    /// <summary>The plan for a raw part.</summary>
    public static PartPlan Plan(RawParts raw, int part, SpareWorkers workers) => new(
        PartName(part), StageHash.Combine("licenses", raw.FilesHash(part), raw.BlobsHash(part)), 2,
        (output, cancellation) =>
        {
            workers.RunPart(() => Compute(raw, part, workers, output, cancellation));
            return Task.CompletedTask;
        });

    private static void Compute(RawParts raw, int part, SpareWorkers workers, PartOutput output, CancellationToken cancellation)
    {
        string files = raw.Workspace.RawFilesPart(part);
        (PartEvidence rows, Dictionary<BlobId, SortedSet<EvidenceKind>> wanted) = Scan(files, part, cancellation);
        var found = new List<Evidence>();
        if (wanted.Count > 0)
        {
            ReadBlobs(raw.Workspace.RawBlobsPart(part), wanted, workers, found, cancellation);
        }

        found.Sort((a, b) => string.CompareOrdinal(a.Blob, b.Blob) is not 0 and var order ? order : a.Kind.CompareTo(b.Kind));
        File.WriteAllBytes(output.Create(FileOf(part)), CleanerJson.Write(rows with { Evidence = found }));
        output.Add(CountName.Evidence, found.Count);
    }

    /// <summary>What a part's rows say, and which contents stored in it are evidence, of what kinds.</summary>
    /// <param name="files">The part's file of occurrences.</param>
    /// <param name="part">Its number.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static (PartEvidence Rows, Dictionary<BlobId, SortedSet<EvidenceKind>> Wanted) Scan(
        string files, int part, CancellationToken cancellation)
    {
        var repositories = new List<(RepositoryFacts Facts, long Rows)>();
        var wanted = new Dictionary<BlobId, SortedSet<EvidenceKind>>();
        var parts = new SortedSet<int>();
        var rows = new List<EvidenceRow>();
        foreach (Occurrence row in RawFilesShard.Read(files))
        {
            if (repositories.Count > 0 && ReferenceEquals(repositories[^1].Facts, row.Repository))
            {
                repositories[^1] = (row.Repository, repositories[^1].Rows + 1);
            }
            else
            {
                cancellation.ThrowIfCancellationRequested();
                repositories.Add((row.Repository, 1));
            }

            if (row.BlobId is { } id && row.BlobPart >= 0 && EvidencePath.KindOf(row.Path, row.Kind) is { } kind)
            {
                parts.Add(row.BlobPart);
                rows.Add(new EvidenceRow(row.Repository.Id, row.Repository.Snapshot, row.Path, kind, id.ToString(), row.BlobPart));
                if (row.BlobPart == part)
                {
                    if (!wanted.TryGetValue(id, out SortedSet<EvidenceKind>? kinds))
                    {
                        wanted[id] = kinds = [];
                    }

                    kinds.Add(kind);
                }
            }
        }

        var known = new PartEvidence
        {
            Repositories =
            [
                .. repositories.Select(
                    item => new RepositoryRows(item.Facts.Id, item.Facts.Snapshot, item.Rows, item.Facts.ForgeLicense)),
            ],
            EvidenceParts = [.. parts],
            Rows = rows,
            Evidence = [],
        };
        return (known, wanted);
    }

    private static void ReadBlobs(
        string path, Dictionary<BlobId, SortedSet<EvidenceKind>> wanted, SpareWorkers workers, List<Evidence> found,
        CancellationToken cancellation)
    {
        var own = new LicenseDetector();
        using var reader = new RawBlobsShard.Reader(path);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            // Few row groups hold evidence, and reading ids costs a thousandth of reading contents.
            if (!reader.ReadIds(group).Exists(wanted.ContainsKey))
            {
                continue;
            }

            using RawBlobsShard.Rows rows = reader.ReadRowGroup(group);
            var texts = new List<(int Row, EvidenceKind Kind)>();
            for (int row = 0; row < rows.Count; row++)
            {
                if (wanted.TryGetValue(rows.Id(row), out SortedSet<EvidenceKind>? kinds))
                {
                    texts.AddRange(kinds.Select(kind => (row, kind)));
                }
            }

            workers.ForEach(texts.Count, own, () => new LicenseDetector(), Read, cancellation);

            void Read(LicenseDetector detector, int number)
            {
                (int row, EvidenceKind kind) = texts[number];
                Evidence evidence = Evidence.Read(rows.Id(row), kind, rows.Content(row), detector);
                if (evidence.SaysSomething)
                {
                    lock (found)
                    {
                        found.Add(evidence);
                    }
                }
            }
        }
    }
}
