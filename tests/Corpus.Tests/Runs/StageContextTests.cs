using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Testing;

namespace DataForge.Corpus.Tests.Runs;

public sealed class StageContextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly EventLog _events = new(null, TimeProvider.System);
    private int _computed;

    [Fact]
    public async Task RunPartsAsync_partIsWhole_computesNothing()
    {
        Run run = OpenRun("one");
        IReadOnlyList<ManifestEntry> first = await RunAsync(run, "in", "options", "text");
        IReadOnlyList<ManifestEntry> second = await RunAsync(run, "in", "options", "text");
        Assert.Equal(1, _computed);
        Assert.Equal(first[0].Outputs[0], second[0].Outputs[0]);
        Assert.Equal("text", File.ReadAllText(run.PathOf("out/part-00000.txt")));
    }

    [Theory]
    [InlineData("other input", "options")]
    [InlineData("in", "other options")]
    public async Task RunPartsAsync_hashDiffers_computesAnew(string input, string options)
    {
        Run run = OpenRun("one");
        await RunAsync(run, "in", "options", "old");
        await RunAsync(run, input, options, "new");
        Assert.Equal(2, _computed);
        Assert.Equal("new", File.ReadAllText(run.PathOf("out/part-00000.txt")));
    }

    /// <summary>Another version of a codec may write other bytes, so half a run is never of one and half of another.</summary>
    [Fact]
    public async Task RunPartsAsync_tableOfAnotherCodecVersion_isComputedAnew()
    {
        const string Table = "out/part-00000.parquet";
        const string Other = "zstd 1.5.4";
        Run run = OpenRun("one");
        ManifestEntry entry = (await RunAsync(run, "in", "options", "old", Table))[0];
        Assert.Equal(PartOutput.ParquetCodecs, entry.Codecs);
        run.Manifest.Commit(entry with { Codecs = Other });
        await RunAsync(run, "in", "options", "new", Table);
        Assert.Equal(2, _computed);
        Assert.Equal("new", File.ReadAllText(run.PathOf(Table)));

        // Nor is such a part linked from another run.
        run.Manifest.Commit(entry with { Codecs = Other });
        await RunAsync(OpenRun("two"), "in", "options", "newer", Table);
        Assert.Equal(3, _computed);
    }

    [Fact]
    public async Task RunPartsAsync_anotherRunHasThePart_linksIt()
    {
        await RunAsync(OpenRun("one"), "in", "options", "text");
        Run other = OpenRun("two");
        await RunAsync(other, "in", "options", "text");
        Assert.Equal(1, _computed);
        Assert.Equal("text", File.ReadAllText(other.PathOf("out/part-00000.txt")));
        Assert.NotNull(other.Manifest.Find("stage", "part-00000"));
    }

    [Fact]
    public async Task RunPartsAsync_computeFails_leavesNeitherFileNorEntry()
    {
        Run run = OpenRun("one");
        var context = new StageContext(run, _events, 1, TimeProvider.System);
        var plan = new PartPlan("part-00000", "in", 1, (output, _) =>
        {
            File.WriteAllText(output.Create("out/part-00000.txt"), "half");
            throw new InvalidOperationException("planted");
        });
        await Assert.ThrowsAsync<InvalidOperationException>(() => context.RunPartsAsync("stage", "options", [plan], "parts", default));
        Assert.Null(run.Manifest.Find("stage", "part-00000"));
        Assert.Empty(Directory.GetFiles(run.PathOf("out")));
    }

    [Fact]
    public async Task RunPartsAsync_twoProcesses_shareTheParts()
    {
        Run run = OpenRun("one");
        PartPlan[] plans = [.. Enumerable.Range(0, 20).Select(i => new PartPlan($"part-{i:D5}", "in", 1, async (output, token) =>
        {
            Interlocked.Increment(ref _computed);
            await Task.Delay(5, token);
            await File.WriteAllTextAsync(output.Create($"out/part-{i:D5}.txt"), "text", token);
        }))];
        Task<IReadOnlyList<ManifestEntry>> Process() =>
            new StageContext(run, _events, 2, TimeProvider.System).RunPartsAsync("stage", "options", plans, "parts", default);
        IReadOnlyList<ManifestEntry>[] both = await Task.WhenAll(Process(), Process());
        Assert.Equal(20, _computed);
        Assert.All(both, entries => Assert.Equal(plans.Select(plan => plan.Part), entries.Select(entry => entry.Part)));
    }

    [Fact]
    public async Task RunPartsAsync_partsOfManySizes_longestComeFirst()
    {
        List<int> order = [];
        long[] weights = [3, 1, 5, 5, 2];
        PartPlan[] plans = [.. weights.Select((weight, i) => new PartPlan($"part-{i:D5}", "in", weight, (_, _) =>
        {
            order.Add(i);
            return Task.CompletedTask;
        }))];
        IReadOnlyList<ManifestEntry> entries = await new StageContext(OpenRun("one"), _events, 1, TimeProvider.System)
            .RunPartsAsync("stage", "options", plans, "parts", default);
        Assert.Equal([2, 3, 0, 4, 1], order);
        Assert.Equal(plans.Select(plan => plan.Part), entries.Select(entry => entry.Part));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    public void Open_nameIsNoFolderName_isWrongUse(string name) =>
        Assert.Equal(2, Assert.Throws<DataForgeException>(() => OpenRun(name)).ExitCode);

    [Fact]
    public void Open_runOfAnotherVersion_isWrongUse()
    {
        OpenRun("one");
        File.WriteAllText(_folder["runs", "one", "version"], "999\n");
        DataForgeException fault = Assert.Throws<DataForgeException>(() => OpenRun("one"));
        Assert.Equal(2, fault.ExitCode);
        Assert.Contains("999", fault.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _events.Dispose();
        _folder.Dispose();
    }

    private Run OpenRun(string name) => Run.Open(Workspace.Open(_folder.Path), name);

    private Task<IReadOnlyList<ManifestEntry>> RunAsync(
        Run run, string input, string options, string text, string file = "out/part-00000.txt")
    {
        var plan = new PartPlan("part-00000", input, 1, async (output, token) =>
        {
            _computed++;
            await File.WriteAllTextAsync(output.Create(file), text, token);
            output.Add(CountName.ContentsOut);
        });
        return new StageContext(run, _events, 1, TimeProvider.System).RunPartsAsync("stage", options, [plan], "parts", default);
    }
}
