using System.Globalization;
using System.Text.Json;
using DataForge.Corpus.Events;
using DataForge.Service.Tests.Hosting;
using DataForge.Testing;

namespace DataForge.Service.Tests.Dashboard;

/// <summary>The pages in Chromium, as a reader has them. <c>./dataforge check dashboard</c>.</summary>
public sealed class BrowserTests : IDisposable
{
    private const string Variable = "DATAFORGE_TEST_BROWSER";
    private const string Hostile = "<img src=x onerror=alert(1)>";

    // The folder of the screenshots.
    private static readonly string? Screenshots = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? folder : null;

    private readonly TemporaryFolder _folder = new();

    /// <summary>
    /// The build is paused in each stage, so that what the page shows can be compared with what <c>stats --json</c> prints at the same
    /// moment.
    /// </summary>
    [Fact]
    public async Task Dashboard_realRunInProgress_showsTheFiguresOfStatsWithoutAReload()
    {
        SkipWhereMissing();
        Assert.SkipWhen(SmallCorpus.Missing is not null, SmallCorpus.Missing ?? "");
        using var corpus = new SmallCorpus();
        await using RunningService service = await RunningService.StartAsync();
        await BuildAsync(service, "before", corpus.Sources.Take(1), until: "dedup");
        await using Browser browser = Browser.Start();
        using DataForgeProcess build = DataForgeProcess.Start(
            Arguments(service, "now", corpus.Sources.Append("jsonl:" + HostileRows()), "pretrain"));
        string run = Path.Combine(service.Workspace, "runs", "now");
        await UntilAsync(build, () => Directory.Exists(Path.Combine(run, "events")));
        await browser.OpenAsync(new Uri(service.Address, "/runs/now"));
        foreach (string stage in new[] { "clean", "dedup", "tokenize", "pretrain" })
        {
            await UntilAsync(build, () => HasPart(run, stage));
            build.Stop();
            ShownPage page = await UntilSameAsync(browser, async shown => ShownFigures.Difference(shown, await StatsAsync(service, "now")));
            Assert.Contains("running", page.Parts["head"].Text, StringComparison.Ordinal);
            build.Continue();
        }

        // Twice, so that it is seen to go on.
        for (int least = 3; least <= 60; least += 57)
        {
            await UntilAsync(build, () => LastStep(run)?.Step >= least);
            build.Stop();
            await UntilSameAsync(browser, shown => Task.FromResult(ShownFigures.Difference(shown, LastStep(run)!)));
            await ShootAsync(browser, $"run-at-step-{least}");
            build.Continue();
        }

        (int code, _, string error) = await build.FinishAsync();
        Assert.True(code == 0, error);
        JsonElement now = await StatsAsync(service, "now");
        ShownPage done = await UntilSameAsync(browser, shown => Task.FromResult(
            shown.Parts["head"].Text.Contains("done", StringComparison.Ordinal) ? ShownFigures.Difference(shown, now) : "it is not done"));

        // An evaluation of the model, which is written later and logs nothing.
        string scores = Path.Combine(run, "5-model", "export.humaneval", "evaluation.json");
        Directory.CreateDirectory(Path.GetDirectoryName(scores)!);
        await File.WriteAllTextAsync(
            scores, """{"set":"humaneval","problems":164,"samples":3280,"scores":[{"k":1,"mean":0.125,"interval":{"low":0.1,"high":0.2}}]}""");
        await UntilSameAsync(browser, shown => Task.FromResult(
            shown.Parts.TryGetValue("evaluations", out ShownPart? part) && part.Bars[0].SequenceEqual(["humaneval, pass@1", "12.5 (10.0 to 20.0)"])
                ? null
                : "the evaluation is not shown"));
        await ShootAsync(browser, "run-done");

        // The name of a repository and the path of its file are text, and nothing more.
        Assert.Contains($"{Hostile}/r {Hostile}.py", done.Parts["faults"].Text, StringComparison.Ordinal);
        Assert.Equal(0, done.Images);
        await CompareAsync(browser, await StatsAsync(service, "before"), now);
        await LookAtTheRestAsync(browser, service);
    }

    /// <summary>1,000 runs, and one of 1,000,000 events, in the service as its users run it.</summary>
    [Fact]
    public async Task Dashboard_manyRunsAndALongOne_opensWithinTwoSecondsAndThreeHundredMegabytes()
    {
        SkipWhereMissing();
        string workspace = _folder["workspace"];
        for (int i = 0; i < 1000; i++)
        {
            WrittenRuns.Write(workspace, string.Create(CultureInfo.InvariantCulture, $"run-{i:D4}"), 1000);
        }

        WrittenRuns.Write(workspace, "long", 1_000_000);
        using var service = new ServeProcess(new ServeSettings { Cron = "0 0 1 1 *", Workspace = workspace });
        await service.StartAsync();
        await using Browser browser = Browser.Start();
        await browser.OpenAsync(service.Url("/healthz"));
        foreach (string path in new[] { "/", "/runs/long", "/runs/long", "/runs/run-0500", "/drops", "/compare?a=run-0001&b=run-0002" })
        {
            TimeSpan before = service.Process.ProcessorTime;
            TimeSpan taken = await browser.OpenAsync(service.Url(path));
            TimeSpan processor = service.Process.ProcessorTime - before;
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{path,-32} {taken.TotalSeconds,5:F2} s, {processor.TotalSeconds,5:F2} s of the service's processor time, its peak memory "
                + $"{ChildProcesses.Kilobytes(service.Process.Id, "VmHWM") / 1000} MB"));

            // Processor time, since other programs may keep the machine busy.
            Assert.True(processor < TimeSpan.FromSeconds(2), $"{path}: {processor}");
        }

        Assert.InRange(ChildProcesses.Kilobytes(service.Process.Id, "VmHWM"), 1, 300_000);
        service.Process.Terminate();
        await service.Process.FinishAsync();
    }

    public void Dispose() => _folder.Dispose();

    private static void SkipWhereMissing()
    {
        Assert.SkipWhen(Screenshots is null, $"takes minutes; {Variable}=FOLDER runs it and writes screenshots there");
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? "");
    }

    // A file that cannot be read, in a repository whose name and path would run as a script.
    private string HostileRows()
    {
        string row = JsonSerializer.Serialize(new { repo = $"{Hostile}/r", path = $"{Hostile}.py", license = "MIT", content = "CONTENT" });
        return _folder.Write("rows.jsonl", row.Replace("CONTENT", "\\ud800", StringComparison.Ordinal) + "\n");
    }

    private static IEnumerable<string> Arguments(RunningService service, string run, IEnumerable<string> sources, string until) =>
    [
        "build", "--workspace", service.Workspace, "--run", run, "--until", until,
        .. sources.SelectMany(source => new[] { "--source", source }),
        .. new Dictionary<string, string>(SmallTraining.Options(steps: 120))
            {
                ["pretrain.evaluateevery"] = "40", ["crawl.rawpartbytes"] = $"{SmallCorpus.RawPartBytes}",
            }.SelectMany(option => new[] { "--set", $"{option.Key}={option.Value}" }),
    ];

    private static async Task BuildAsync(RunningService service, string run, IEnumerable<string> sources, string until) =>
        await DataForgeProcess.SucceedAsync(Arguments(service, run, sources, until));

    private static async Task<JsonElement> StatsAsync(RunningService service, string run)
    {
        string json = await DataForgeProcess.SucceedAsync("stats", "--json", "--workspace", service.Workspace, "--run", run);
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static bool HasPart(string run, string stage)
    {
        string folder = Path.Combine(run, "manifest", stage);
        return stage == "pretrain" ? LastStep(run) is not null : Directory.Exists(folder) && Directory.GetFiles(folder, "*.json").Length > 0;
    }

    private static TrainingStep? LastStep(string run) => EventLog.Read(Path.Combine(run, "events")).OfType<TrainingStep>().LastOrDefault();

    private static async Task UntilAsync(DataForgeProcess build, Func<bool> isSo)
    {
        while (!isSo())
        {
            Assert.False(build.HasExited, build.HasExited ? (await build.FinishAsync()).Error : "");
            await Task.Delay(20);
        }
    }

    // The page follows within a second or two, without a reload.
    private static async Task<ShownPage> UntilSameAsync(Browser browser, Func<ShownPage, Task<string?>> difference)
    {
        for (int i = 0; ; i++)
        {
            ShownPage page = await browser.ReadAsync();
            if (await difference(page) is not { } found)
            {
                Assert.True(page.IsSame, "the page was loaded again");
                return page;
            }

            Assert.True(i < 60, found);
            await Task.Delay(500);
        }
    }

    private static async Task CompareAsync(Browser browser, JsonElement before, JsonElement now)
    {
        await browser.DoAsync("follow", new { name = "Compare" });
        await browser.DoAsync("compare", new { first = "before", second = "now" });
        ShownPage page = await browser.ReadAsync();
        (string List, string Name, string Value)[] lists = [("funnel", "name", "count"), ("rules", "rule", "occurrences"), ("licenses", "name", "files")];
        foreach ((string list, string name, string value) in lists)
        {
            Dictionary<string, long> left = Figures(before);
            Dictionary<string, long> right = Figures(now);
            foreach (string figure in left.Keys.Union(right.Keys))
            {
                long from = left.GetValueOrDefault(figure);
                long to = right.GetValueOrDefault(figure);
                IReadOnlyList<string> row = Assert.Single(page.Rows, row => row[0] == figure);
                string difference = from == to ? "none" : (to > from ? "+" : "") + ShownFigures.Number(to - from);
                Assert.Equal([ShownFigures.Number(from), ShownFigures.Number(to), difference], [row[1], row[2], row[3].Split(" (")[0]]);
            }

            Dictionary<string, long> Figures(JsonElement stats) => ShownFigures.Pairs(stats.GetProperty("figures").GetProperty(list), name, value)
                .Where(figure => figure.Value > 0).ToDictionary(figure => figure.Name, figure => figure.Value);
        }

        await ShootAsync(browser, "compare");
    }

    private static async Task LookAtTheRestAsync(Browser browser, RunningService service)
    {
        await browser.DoAsync("follow", new { name = "Drops over time" });
        await ShootAsync(browser, "drops");
        await browser.DoAsync("follow", new { name = "Runs" });
        await ShootAsync(browser, "runs");

        // By keyboard: over the navigation or past it, and into a run.
        Assert.Equal("Skip to the content", (await browser.DoAsync("press", new { key = "Tab" })).GetString());
        await browser.DoAsync("press", new { key = "Enter" });
        string focused = "";
        for (int i = 0; i < 5 && focused != "now"; i++)
        {
            focused = (await browser.DoAsync("press", new { key = "Tab" })).GetString()!;
        }

        Assert.Equal("now", focused);
        JsonElement seen = await browser.DoAsync("seen");
        string[] requests = [.. seen.GetProperty("requests").EnumerateArray().Select(request => request.GetString()!)];
        Assert.True(requests.Length > 20);
        Assert.All(requests, request => Assert.StartsWith(service.Address.AbsoluteUri, request, StringComparison.Ordinal));
        Assert.Empty(seen.GetProperty("complaints").EnumerateArray().Select(complaint => complaint.GetString()));
    }

    // No page is wider than its window.
    private static async Task ShootAsync(Browser browser, string name)
    {
        Directory.CreateDirectory(Screenshots!);
        JsonElement overflow = await browser.DoAsync("shoot", new { file = Path.Combine(Screenshots!, name) });
        Assert.All(overflow.EnumerateArray(), width => Assert.InRange(width.GetInt32(), -100, 0));
    }
}
