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
/// <param name="workers">Workers of the stage: where fewer parts are left, the others help with them.</param>
/// <param name="events">The run's event log.</param>
internal sealed class ContentStep(
    Run run, RawParts raw, RunInput input, CleanOptions options, BenchmarkIndex? benchmarks, ShingleSettings? shingles, int workers,
    EventLog events)
{
    private readonly JudgePool _judges = new(() => new JudgeTools(options, benchmarks, shingles));
    private readonly SpareWorkers _workers = new(workers);

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
            foreach (SurvivorGroup group in CleanerJson.Read<List<SurvivorGroup>>(run.PathOf(OccurrenceStep.IndexOf(part.Number))))
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
        // Counted before the occurrences are read: else a worker that is about to begin its own part would seem to be free.
        _workers.RunPart(() => Judge(part, ReadSurvivors(groups), output, cancellation));
    }

    private void Judge(int part, Survivor[] survivors, PartOutput output, CancellationToken cancellation)
    {
        JudgeTools tools = _judges.Take();
        using var writer = new PartWriter(run, part, output, events, tools.Shingles);
        int judged = 0;
        using (var reader = new RawBlobsShard.Reader(raw.Workspace.RawBlobsPart(part)))
        {
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using RawBlobsShard.Rows rows = reader.ReadRowGroup(group);
                judged += new RowGroupJudge(rows, survivors, _judges, tools, _workers, writer).Judge(cancellation);
            }
        }

        if (judged != survivors.Length)
        {
            throw new DataForgeException(
                $"{raw.Workspace.RawBlobsPart(part)} does not have the content of {survivors.Length - judged} files that name it: "
                + "the workspace is damaged; crawl into a new one.");
        }

        writer.Close();
        _judges.Return(tools);
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
}
