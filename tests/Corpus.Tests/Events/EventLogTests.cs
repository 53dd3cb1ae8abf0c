using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Testing;

namespace DataForge.Corpus.Tests.Events;

public sealed class EventLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Read_whatWasWritten_isTheSame()
    {
        Event[] written =
        [
            new StageStarted("clean"),
            new PartDone("clean", "part-00000", false, 1.5, CountTable.FromJson("""{"rows.in":3}""")),
            new TrainingStep(1, 10, double.NaN, 100, 1e-4, 2.5, null, 9),
            Note.Warning("a \"quoted\" line\nand another"),
        ];
        using (var log = new EventLog(_folder.Path, TimeProvider.System))
        {
            foreach (Event happened in written)
            {
                log.Write(happened);
            }
        }

        Event[] read = [.. EventLog.Read(_folder.Path)];
        Assert.Equal(written.Select(happened => happened.GetType()), read.Select(happened => happened.GetType()));
        Assert.Equal(3, ((PartDone)read[1]).Counts.ByName()["rows.in"]);
        Assert.True(double.IsNaN(((TrainingStep)read[2]).Loss));
        Assert.Equal("a \"quoted\" line\nand another", ((Note)read[3]).Text);
        Assert.All(read, happened => Assert.NotEqual(default, happened.Time));
    }

    [Fact]
    public void Read_lastLineIsCut_isPassedOver()
    {
        using (var log = new EventLog(_folder.Path, TimeProvider.System))
        {
            log.Write(new StageStarted("clean"));
        }

        string file = Assert.Single(Directory.GetFiles(_folder.Path));
        File.AppendAllText(file, "{\"type\":\"stage.st");
        Assert.IsType<StageStarted>(Assert.Single(EventLog.Read(_folder.Path)));
    }

    public void Dispose() => _folder.Dispose();
}
