using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Dashboard;
using DataForge.Testing;

namespace DataForge.Inspection.Tests.Dashboard;

public sealed class DashboardTests : IDisposable
{
    private const string Script = "<script>alert(1)</script>";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Run_scriptInEveryText_isShownAsText()
    {
        WrittenRun run = Written("r");
        run.Log(
            "20260101-1", new RunStarted("r", "/elsewhere", "1", []), new StageStarted(Script), new StageAdvanced(Script, Script, 1, 2, 1),
            new FileFault("crawl", "o/r " + Script, Script, Script), Note.Warning(Script), new SampleWritten(Script, Script),
            new RunFinished("r", "failed", Script, 1));
        run.Commit(
            StageNames.Clean, "part-00000", (CountName.OccurrencesIn, 3), (CountName.Dropped.Of(Script), 2), (CountName.License.Of(Script), 1));
        run.Commit(
            StageNames.Dedup, "part-00000", (CountName.ContentsOut, 1), (CountName.License.Of(Script), 1), (CountName.Size.Of(Script), 1));
        DashboardPages pages = Pages();
        Assert.All(
            [pages.Start(), pages.Run("r"), pages.Compare("r", "r"), pages.Drops()], answer =>
            {
                Assert.Equal(200, answer.Status);
                PageChecks.AssertStrict(answer.Html);
            });
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", pages.Run("r").Html, StringComparison.Ordinal);
        Assert.Contains("o/r &lt;script&gt;", pages.Run("r").Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../r")]
    [InlineData("..")]
    [InlineData("r/../r")]
    [InlineData("")]
    [InlineData("r\0")]
    [InlineData("none")]
    public void Run_nameThatIsNoRun_isNotFound(string name)
    {
        Written("r").Log("20260101-1", new RunStarted("r", "", "1", []));
        Assert.Equal(404, Pages().Run(name).Status);
        Assert.Equal(404, Pages().Run("r", workspace: 7).Status);
        Assert.Equal(404, Pages().Compare(name, "r").Status);
        Assert.Null(Pages().Changes(name, CancellationToken.None));
    }

    [Theory]
    [InlineData("done", "done")]
    [InlineData("failed", "failed")]
    [InlineData("stopped", "stopped")]
    public void Start_finishedRun_hasTheStateOfItsLastProcess(string status, string shown)
    {
        WrittenRun run = Written("r");
        run.Log("20260101-1", new RunStarted("r", "", "1", []), new RunFinished("r", "done", null, 1));
        run.Log("20260102-1", new RunStarted("r", "", "1", []), new StageStarted("clean"), new RunFinished("r", status, "why", 7));
        string page = Pages().Start().Html;
        Assert.Contains($">{shown}</span></td><td>clean</td>", page, StringComparison.Ordinal);

        // One second by the first process, two by the second.
        Assert.Contains("<td class=\"n\">3.0 s</td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_runWithoutAnEnd_isRunningWhileItsProcessLives()
    {
        WrittenRun alive = Written("alive");
        WrittenRun killed = Written("killed");
        var begun = new RunStarted("r", alive.Run.Workspace.Folder, "1", []) { Time = DateTimeOffset.UtcNow };
        using (var log = new EventLog(alive.Run.EventsFolder, TimeProvider.System))
        {
            log.Write(begun);
        }

        killed.Log("20260101-999999999", begun);
        string aliveLog = Path.GetFileNameWithoutExtension(Directory.GetFiles(alive.Run.EventsFolder)[0]);
        Assert.EndsWith($"-{Environment.ProcessId}", aliveLog, StringComparison.Ordinal);
        alive.Age(aliveLog);
        Assert.Contains("state running", Pages().Run("alive").Html, StringComparison.Ordinal);
        Assert.Contains("state running", Pages().Run("killed").Html, StringComparison.Ordinal);
        killed.Age("20260101-999999999");
        Assert.Contains("state interrupted", Pages().Run("killed").Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_moreRunsThanAPage_isPaged()
    {
        for (int i = 0; i < 51; i++)
        {
            WrittenRun run = Written($"run-{i:D2}");
            run.Log("20260101-1", new RunStarted(run.Run.Name, "", "1", []), new RunFinished(run.Run.Name, "done", null, 1));
            File.SetLastWriteTimeUtc(Path.Combine(run.Run.EventsFolder, "20260101-1.jsonl"), DateTime.UnixEpoch.AddDays(i));
        }

        string first = Pages().Start().Html;
        Assert.Contains("51 runs", first, StringComparison.Ordinal);
        Assert.True(first.IndexOf("run-50", StringComparison.Ordinal) < first.IndexOf("run-49", StringComparison.Ordinal));
        Assert.DoesNotContain("run-00", first, StringComparison.Ordinal);
        Assert.Contains("href=\"/?page=2\"", first, StringComparison.Ordinal);
        Assert.Contains("run-00", Pages().Start(2).Html, StringComparison.Ordinal);
        Assert.Equal(Pages().Start(2).Html, Pages().Start(int.MaxValue).Html);
    }

    [Fact]
    public void Run_thatGoesOn_showsWhatWasAppended()
    {
        WrittenRun run = Written("r");
        run.Log("20260101-1", new RunStarted("r", "", "1", []), new StageStarted("clean"), new StageAdvanced("clean", "files", 10, 100, 2));
        DashboardPages pages = Pages();
        Assert.Contains("10 of 100 files · 0 parts done · 300 files/min", Unescaped(pages.Run("r").Html), StringComparison.Ordinal);
        run.Log("20260101-1", new StageAdvanced("clean", "files", 50, 100, 5));
        run.Commit(StageNames.Clean, "part-00000", (CountName.OccurrencesIn, 77), (CountName.ContentsOut, 5));
        run.Log("20260101-1", new PartDone("clean", "part-00000", false, 1, new CountTable()));
        string page = Unescaped(pages.Run("r").Html);
        Assert.Contains("50 of 100 files · 1 part done · 10 files/s · 5.0 s left", page, StringComparison.Ordinal);
        Assert.Contains("<b>77</b>", page, StringComparison.Ordinal);
        run.Log("20260101-1", new TrainingStep(1, 2, 3.25, 1000, 1e-3, 1, null, 9), new RunFinished("r", "done", null, 9));
        Assert.Contains("training loss at step 1", pages.Run("r").Html, StringComparison.Ordinal);

        static string Unescaped(string html) => System.Net.WebUtility.HtmlDecode(html);
    }

    [Fact]
    public void Run_evaluatedModel_showsItsScoresAsLongAsTheyLieThere()
    {
        WrittenRun run = Written("r");
        run.Log("20260101-1", new RunStarted("r", "", "1", []), new StageStarted("pretrain"));
        DashboardPages pages = Pages();
        Assert.DoesNotContain("data-part=\"evaluations\"", pages.Run("r").Html, StringComparison.Ordinal);
        string file = _folder.Write(
            "w/runs/r/5-model/export.humaneval/evaluation.json",
            """{"set":"<b>set","python":"3.14","problems":164,"samples":3280,"scores":[{"k":10,"mean":0.125,"interval":{"low":0.1,"high":0.2,"method":"bootstrap"}}],"results":[{"id":"x"}]}""");
        _folder.Write("w/runs/r/5-model/damaged/evaluation.json", "{\"set\":");
        string page = pages.Run("r").Html;
        PageChecks.AssertStrict(page);
        Assert.Matches("&lt;b&gt;set, pass@10</span><svg[^>]*><rect width=\"12.5%\"[^>]*/></svg><span class=\"number\">12.5 \\(10.0 to 20.0\\)<", page);
        Assert.Contains("3,280 samples of 164 problems.", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;set, pass@10</th><td class=\"n\">12.500</td>", pages.Compare("r", "r").Html, StringComparison.Ordinal);
        File.Delete(file);
        Assert.DoesNotContain("data-part=\"evaluations\"", pages.Run("r").Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_runThatIsWrittenTo_tellsEachListener()
    {
        WrittenRun run = Written("r");
        run.Log("20260101-1", new RunStarted("r", "", "1", []));
        DashboardPages pages = Pages();
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        cancellation.CancelAfter(TimeSpan.FromSeconds(30));
        await using IAsyncEnumerator<bool> one = pages.Changes("r", cancellation.Token)!.GetAsyncEnumerator(cancellation.Token);
        await using IAsyncEnumerator<bool> other = pages.Changes("r", cancellation.Token)!.GetAsyncEnumerator(cancellation.Token);
        ValueTask<bool> first = one.MoveNextAsync();
        ValueTask<bool> second = other.MoveNextAsync();
        await Task.Delay(100, cancellation.Token);
        run.Log("20260101-1", new StageStarted("clean"));
        Assert.True(await first);
        Assert.True(await second);
    }

    [Fact]
    public void Run_namesInTwoWorkspaces_haveAPageEach()
    {
        new WrittenRun(_folder["a"], "r").Log("20260101-1", new StageStarted("clean"));
        new WrittenRun(_folder["b"], "r").Log("20260101-1", new StageStarted("dedup"));
        DashboardPages pages = new([_folder["a"], _folder["b"], _folder["none"]]);
        Assert.Contains("href=\"/runs/r?workspace=1\"", pages.Start().Html, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">clean</th>", pages.Run("r").Html, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">dedup</th>", pages.Run("r", 1).Html, StringComparison.Ordinal);
        Assert.Equal(200, pages.Compare("r", "1:r").Status);
    }

    /// <summary>An opt-out may give a log that is as long as before and ends as before, but for a name in the middle.</summary>
    [Fact]
    public void Run_afterAnOptOut_showsNoNameThatWasRead()
    {
        WrittenRun run = Written("r");
        run.Log("20260101-1", new RunStarted("r", "", "1", []), Note.Warning("owner/a-name is slow"), new FileFault("clean", new string('x', 200), "size", ""));
        DashboardPages pages = Pages();
        Assert.Contains("owner/a-name", pages.Run("r").Html, StringComparison.Ordinal);

        string log = Directory.GetFiles(run.Run.EventsFolder)[0];
        File.WriteAllText(log, File.ReadAllText(log).Replace("owner/a-name", "(opted out!)", StringComparison.Ordinal));
        File.WriteAllText(WorkspaceOptOuts.FileOf(run.Run.Workspace), "{}");

        Assert.DoesNotContain("owner/a-name", pages.Run("r").Html, StringComparison.Ordinal);
        Assert.Contains("(opted out!)", pages.Run("r").Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Events_moreStepsThanAreKept_keepTheLast()
    {
        WrittenRun run = Written("r");
        run.Log("20260101-1", [
            new StageStarted("pretrain"),
            .. Enumerable.Range(1, 20_001).Select(i => (Event)new TrainingStep(i, 30_000, 5 - (i * 1e-4), 1000, 1e-3, 1, null, 9)),
        ]);
        var events = new RunEvents(run.Run.EventsFolder);
        events.Update();
        Assert.InRange(events.Kept.Count, 4000, 8010);
        Assert.Equal(20_001, Assert.IsType<TrainingStep>(events.Kept[^1]).Step);
        Assert.Contains("step 20,001 of 30,000", Pages().Run("r").Html, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private WrittenRun Written(string name) => new(_folder["w"], name);

    private DashboardPages Pages() => new([_folder["w"]]);
}
