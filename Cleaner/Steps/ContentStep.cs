using System.Collections.Concurrent;
using System.Globalization;
using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Corpus.Shingling;

namespace DataForge.Cleaner.Steps;

/// <summary>
/// The third step, one raw part at a time: reads the part's contents once, each with all its surviving occurrences in any part, and writes
/// the contents that pass. Memory: the occurrences of one raw part's contents (about 250 MB per million) and a row group.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="raw">The raw parts.</param>
/// <param name="input">What the run pinned.</param>
/// <param name="options">The options of the stage.</param>
/// <param name="benchmarks">The problems that no file may hold; null if none are given.</param>
/// <param name="shingles">The shingles that are computed ahead for the removal of duplicates; null for none.</param>
/// <param name="events">The run's event log.</param>
internal sealed class ContentStep(
    Run run, RawParts raw, RunInput input, CleanOptions options, BenchmarkIndex? benchmarks, ShingleSettings? shingles, EventLog events)
{
    private readonly ConcurrentBag<JudgeTools> _freeTools = [];

    /// <summary>The part's name in the manifest.</summary>
    public static string PartName(int part) => $"part-{part:D5}";

    /// <summary>The raw part whose contents a part of the manifest has.</summary>
    public static int NumberOf(string partName) => int.Parse(partName.AsSpan("part-".Length), CultureInfo.InvariantCulture);

    /// <summary>The shard of contents, relative to the run's folder.</summary>
    public static string FileOf(int part) => $"{RunPaths.Clean}/{PartName(part)}.parquet";

    /// <summary>What was dropped, relative to the run's folder.</summary>
    public static string DroppedFileOf(int part) => $"{RunPaths.DroppedByClean}/{PartName(part)}.parquet";

    /// <summary>Plans, one for each raw part that stores a surviving occurrence's content. Needs what the second step wrote.</summary>
    public List<PartPlan> Plans()
    {
        var groups = new SortedDictionary<int, List<(int Source, SurvivorGroup Group)>>();
        foreach (RawPart part in input.Parts)
        {
            foreach (SurvivorGroup group in CanonicalJson.Read<List<SurvivorGroup>>(run.PathOf(OccurrenceStep.IndexOf(part.Number))))
            {
                if (!groups.TryGetValue(group.Part, out List<(int, SurvivorGroup)>? list))
                {
                    groups[group.Part] = list = [];
                }

                list.Add((part.Number, group));
            }
        }

        return [.. groups.Select(item => Plan(item.Key, item.Value))];
    }

    private PartPlan Plan(int part, List<(int Source, SurvivorGroup Group)> groups) => new(
        PartName(part),
        StageHash.Combine(["contents", raw.BlobsHash(part), .. groups.Select(item => item.Group.Hash)]),
        Math.Max(1, raw.Bytes(part)),
        (output, cancellation) =>
        {
            Compute(part, groups, output, cancellation);
            return Task.CompletedTask;
        });

    private void Compute(int part, List<(int Source, SurvivorGroup Group)> groups, PartOutput output, CancellationToken cancellation)
    {
        Survivor[] survivors = ReadSurvivors(groups);
        using var clean = new CorpusShard.Writer(output.Create(FileOf(part)), isIntermediate: true);
        using var dropped = new DroppedShard.Writer(output.Create(DroppedFileOf(part)));
        JudgeTools tools = _freeTools.TryTake(out JudgeTools? free) ? free : new JudgeTools(options, benchmarks, shingles);
        using PreparedShinglesWriter? prepared = tools.Shingler is { } shingler ? new PreparedShinglesWriter(run, part, shingler) : null;
        void ReportFault(string file, string rule, string detail) => events.Write(new FileFault(StageNames.Clean, file, rule, detail));
        var judge = new ContentJudge(tools, clean, prepared, dropped, output, ReportFault);
        int judged = 0;
        using (var reader = new RawBlobsShard.Reader(raw.Workspace.RawBlobsPart(part)))
        {
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using RawBlobsShard.Rows rows = reader.ReadRowGroup(group);
                for (int row = 0; row < rows.Count; row++)
                {
                    ReadOnlySpan<Survivor> occurrences = OccurrencesOf(survivors, rows.Id(row));
                    if (!occurrences.IsEmpty)
                    {
                        cancellation.ThrowIfCancellationRequested();
                        judge.Judge(occurrences, rows.Content(row));
                        judged += occurrences.Length;
                    }
                }
            }
        }

        if (judged != survivors.Length)
        {
            throw new DataForgeException(
                $"{raw.Workspace.RawBlobsPart(part)} does not have the content of {survivors.Length - judged} files that name it: "
                + "the workspace is damaged; crawl into a new one.");
        }

        clean.Close();
        dropped.Close();
        prepared?.Complete();
        _freeTools.Add(tools);
        output.SetRows(FileOf(part), clean.Rows);
        output.SetRows(DroppedFileOf(part), dropped.Rows);
    }

    private Survivor[] ReadSurvivors(List<(int Source, SurvivorGroup Group)> groups)
    {
        var shared = new SharedObjects();
        var all = new Survivor[groups.Sum(item => item.Group.Rows)];
        int count = 0;
        foreach ((int source, SurvivorGroup group) in groups)
        {
            foreach (Survivor survivor in SurvivorShard.Read(run.PathOf(OccurrenceStep.FileOf(source)), group.RowGroup, shared))
            {
                all[count++] = survivor;
            }
        }

        Array.Sort(all, Survivor.Compare);
        return all;
    }

    private static ReadOnlySpan<Survivor> OccurrencesOf(Survivor[] sorted, BlobId id)
    {
        int low = 0;
        int high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle].BlobId.CompareTo(id) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        int end = low;
        while (end < sorted.Length && sorted[end].BlobId == id)
        {
            end++;
        }

        return sorted.AsSpan(low..end);
    }
}
