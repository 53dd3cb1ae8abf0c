using System.Globalization;
using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Rules.All;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Cleaner.Steps;

/// <summary>
/// The second step, one raw part at a time: judges each occurrence of the pinned snapshots by its path and repository, and finds the
/// licence of its folder. An occurrence that is dropped becomes a row of <c>dropped/</c>; the others are passed to the parts that store
/// their contents. Memory: one raw part's occurrences, about 300 bytes each.
/// </summary>
internal sealed class OccurrenceStep(Run run, RawParts raw, RunInput input, CleanOptions options)
{
    private const string PartPrefix = "occurrences-";
    private readonly Dictionary<long, int> _pinned =
        input.Repositories.ToDictionary(repository => repository.Id, repository => repository.Snapshot);
    private readonly Dictionary<(long, int), List<int>> _partsOf = [];
    private readonly Dictionary<int, PartEvidence> _parts = [];
    private readonly EvidenceCache _cache = new(run);
    private readonly OccurrenceRules _rules = new(new OccurrenceContext(
        options, RuleSettings.Of(options), OptOutList.Read(options.OptOutFile), WorkspaceOptOuts.Read(run.Workspace)));

    /// <summary>The part's name in the manifest.</summary>
    public static string PartName(int part) => $"{PartPrefix}{part:D5}";

    /// <summary>The raw part that a part of the manifest is computed from; null if it is not of this step.</summary>
    public static int? PartOf(string name) => name.StartsWith(PartPrefix, StringComparison.Ordinal)
        ? int.Parse(name.AsSpan(PartPrefix.Length), CultureInfo.InvariantCulture)
        : null;

    /// <summary>The shard of survivors, relative to the run's folder.</summary>
    public static string FileOf(int part) => $"{RunPaths.Clean}/occurrences/part-{part:D5}.parquet";

    /// <summary>Which row group of it is for which raw part, relative to the run's folder.</summary>
    public static string IndexOf(int part) => $"{RunPaths.Clean}/occurrences/part-{part:D5}.json";

    /// <summary>What was dropped, relative to the run's folder.</summary>
    public static string DroppedFileOf(int part) => $"{RunPaths.DroppedByClean}/{PartName(part)}.parquet";

    /// <summary>Plans, one for each raw part that the run reads. Needs what the first step wrote.</summary>
    public List<PartPlan> Plans()
    {
        foreach (RawPart part in input.Parts)
        {
            PartEvidence known = CleanerJson.Read<PartEvidence>(run.PathOf(EvidenceStep.FileOf(part.Number)));

            // Only the repositories are needed from here on; evidence itself is read through the cache.
            _parts[part.Number] = known with { Evidence = [], Rows = [] };
            foreach (RepositoryRows rows in known.Repositories)
            {
                if (!_partsOf.TryGetValue((rows.Id, rows.Snapshot), out List<int>? parts))
                {
                    _partsOf[(rows.Id, rows.Snapshot)] = parts = [];
                }

                parts.Add(part.Number);
            }
        }

        return [.. input.Parts.Select(Plan)];
    }

    private PartPlan Plan(RawPart part)
    {
        // The rows depend on this part, on which of its snapshots are pinned, and on the other parts that have rows of its
        // repositories. What evidence says is a function of its blob, which the rows of this part name.
        var hashed = new List<string> { "occurrences", part.FilesSha256 };
        foreach (RepositoryRows rows in _parts[part.Number].Repositories.Where(IsPinned))
        {
            hashed.Add($"{rows.Id} {rows.Snapshot}");
            hashed.AddRange(_partsOf[(rows.Id, rows.Snapshot)].Where(other => other != part.Number).Select(raw.FilesHash));
        }

        return new PartPlan(PartName(part.Number), StageHash.Combine(hashed), part.Occurrences, (output, cancellation) =>
        {
            Compute(part.Number, output, cancellation);
            return Task.CompletedTask;
        });
    }

    private bool IsPinned(RepositoryRows rows) => _pinned.TryGetValue(rows.Id, out int snapshot) && snapshot == rows.Snapshot;

    private bool IsPinned(Occurrence row) =>
        _pinned.TryGetValue(row.Repository.Id, out int snapshot) && snapshot == row.Repository.Snapshot;

    private void Compute(int part, PartOutput output, CancellationToken cancellation)
    {
        Dictionary<long, RepositoryLicenses> licenses = ReadLicenses(part, cancellation);
        var survivors = new List<Survivor>();
        string droppedFile = DroppedFileOf(part);
        using var dropped = new DroppedShard.Writer(output.Create(droppedFile));
        foreach (Occurrence row in RawFilesShard.Read(raw.Workspace.RawFilesPart(part)))
        {
            if (row.Kind != FileKind.Python || !IsPinned(row))
            {
                continue;
            }

            output.Add(CountName.OccurrencesIn);
            output.Add(CountName.OccurrenceBytesIn, Math.Max(0, row.Size));
            string? vendoredFolder = VendoredRule.FolderIn(row.Path);
            Finding? finding = _rules.Judge(row, vendoredFolder)
                ?? (row.BlobId is null || row.BlobPart < 0 ? new Finding(RuleNames.Unreadable, "", "") : null);
            if (finding is { } why)
            {
                output.Add(CountName.Dropped.Of(why.Rule));
                dropped.Append(DroppedRow.Of(DropLevel.Occurrence, why, row.BlobId, row.Repository, row.Path, row.Size));
            }
            else
            {
                ResolvedLicense license = licenses[row.Repository.Id].Resolve(row.Path);
                survivors.Add(new Survivor
                {
                    BlobId = row.BlobId!.Value,
                    BlobPart = row.BlobPart,
                    Repository = row.Repository,
                    Path = row.Path,
                    Size = row.Size,
                    License = license.Expression,
                    LicenseClass = license.Class,
                    LicenseEvidence = license.Source,
                    Copyright = license.Copyright,
                    IsVendored = vendoredFolder is not null,
                });
            }
        }

        cancellation.ThrowIfCancellationRequested();
        dropped.Close();
        output.SetRows(droppedFile, dropped.Rows);
        output.Add(CountName.OccurrencesPassed, survivors.Count);
        survivors.Sort(Survivor.Compare);
        List<SurvivorGroup> groups = SurvivorShard.Write(output.Create(FileOf(part)), survivors);
        output.SetRows(FileOf(part), survivors.Count);
        File.WriteAllBytes(output.Create(IndexOf(part)), CleanerJson.Write(groups));
    }

    /// <summary>The licences of every pinned repository with rows in this part; its evidence may be in another part.</summary>
    private Dictionary<long, RepositoryLicenses> ReadLicenses(int part, CancellationToken cancellation)
    {
        RepositoryRows[] repositories = [.. _parts[part].Repositories.Where(IsPinned).DistinctBy(item => item.Id)];
        var rows = new List<EvidenceRow>();
        foreach (int source in repositories.SelectMany(item => _partsOf[(item.Id, item.Snapshot)]).Distinct().Order())
        {
            cancellation.ThrowIfCancellationRequested();
            KnownEvidence known = _cache.Of(source);
            foreach (RepositoryRows repository in repositories)
            {
                rows.AddRange(known.RowsOf(repository.Id, repository.Snapshot));
            }
        }

        // Part by part, so that the cache reads each part once.
        var found = new List<(EvidenceRow Row, Evidence Evidence)>();
        foreach (IGrouping<int, EvidenceRow> stored in rows.GroupBy(row => row.BlobPart).OrderBy(group => group.Key))
        {
            KnownEvidence known = _cache.Of(stored.Key);
            foreach (EvidenceRow row in stored)
            {
                if (known.Of(row.Blob, row.Kind) is { } evidence)
                {
                    found.Add((row, evidence));
                }
            }
        }

        ILookup<long, (string, Evidence)> byRepository =
            found.ToLookup(item => item.Row.Repository, item => (item.Row.Path, item.Evidence));
        return repositories.ToDictionary(item => item.Id, item => new RepositoryLicenses(item.ForgeLicense, byRepository[item.Id]));
    }
}
