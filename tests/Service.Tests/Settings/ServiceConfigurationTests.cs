using DataForge.Corpus;
using DataForge.Service.Settings;
using DataForge.Testing;

namespace DataForge.Service.Tests.Settings;

public sealed class ServiceConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_leastFile_hasTheDefaultsAndAbsolutePaths()
    {
        ServiceOptions options = Read("""{ "schedules": [ { "name": "nightly", "cron": "30 3 * * *" } ] } // a comment""");

        Assert.Equal("127.0.0.1:8710", options.Listen);
        Assert.Equal(_folder["service"], options.StateFolder);
        ScheduleOptions schedule = Assert.Single(options.Schedules);
        Assert.Equal((_folder["workspace"], "nightly-{due}", MissedPolicy.Once, OverlapPolicy.Skip), (schedule.Workspace, schedule.Run, schedule.Missed, schedule.Overlap));
    }

    [Fact]
    public void Read_allSettings_areTaken()
    {
        File.WriteAllText(_folder["token"], new string('x', 16));
        ServiceOptions options = Read(
            """
            {
              "listen": "[::1]:9000", "hosts": ["crawler.example"], "tokenFile": "token", "stateFolder": "state", "parallelRuns": 2,
              "database": "postgres://me@db/forge", "stopSeconds": 5, "keepHistoryDays": 7,
              "schedules": [ { "name": "a", "cron": "*/5 * * * * *", "timeZone": "Europe/Berlin", "workspace": "/w", "run": "a-{due}",
                "until": "dedup", "sources": ["dir:/src"], "options": { "clean.preset": "codeparrot" }, "workers": 2, "missed": "all",
                "overlap": "queue", "retries": 0, "retryDelaySeconds": 1, "keepRuns": 3, "minimumFreeGigabytes": 0.5 } ]
            }
            """);

        ScheduleOptions schedule = Assert.Single(options.Schedules);
        Assert.Equal((MissedPolicy.All, OverlapPolicy.Queue, 3, 0.5), (schedule.Missed, schedule.Overlap, schedule.KeepRuns, schedule.MinimumFreeGigabytes));
        Assert.Equal("codeparrot", schedule.Options["clean.preset"]);
        Assert.Equal(_folder["token"], options.TokenFile);
    }

    [Fact]
    public void Read_severalFaults_namesAllOfThem()
    {
        var fault = Assert.Throws<DataForgeException>(() => Read(
            """
            { "listen": "everywhere", "parallelRuns": 0, "database": "mysql://x", "tokenFile": "missing",
              "schedules": [ { "name": "a", "cron": "daily", "timeZone": "Mars/Olympus", "until": "never", "retries": -1 },
                             { "name": "a/b", "cron": "0 0 30 2 *", "run": "..", "keepRuns": 2 },
                             { "name": "a", "cron": "0 0 * * *", "run": "a" } ] }
            """));

        Assert.Equal(DataForgeException.WrongUse, fault.ExitCode);
        Assert.DoesNotContain('\n', fault.Message);
        string[] expected =
        [
            "listen 'everywhere'", "parallelRuns must be", "database: ", "tokenFile cannot be read", "schedules[0] (a): until must be",
            "schedules[0] (a): retries", "timeZone 'Mars/Olympus'", "schedules[1] (a/b): name must be", "schedules[1] (a/b): run must be",
            "keepRuns needs a run with {due}", "'0 0 30 2 *' names no time", "schedules[2] (a): another schedule has the same name",
            "builds the same run",
        ];
        Assert.All(expected, part => Assert.Contains(part, fault.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{ "schedule": [] }""", "there is no setting schedule; the settings are listen,")]
    [InlineData("""{ "schedules": {} }""", "schedules must be a list")]
    [InlineData("""{ "schedules": [ { "name": 3, "missed": "often", "retries": 1.5, "options": [] } ] }""", "schedules[0].missed must be one of skip, once, all.")]
    [InlineData("""{ "schedules": [ { "name": "a", "cron": "daily" } ] }""", "cron 'daily': it has 1 field, not five or six")]
    [InlineData("{}", "schedules must name at least one schedule.")]
    [InlineData("[]", "the file must be an object.")]
    [InlineData("{", "is not JSON")]
    public void Read_wrongShape_saysWhatIsExpected(string json, string message) =>
        Assert.Contains(message, Assert.Throws<DataForgeException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_missingFile_saysSo() => Assert.Contains(
        "There is no file", Assert.Throws<DataForgeException>(() => ServiceConfiguration.Read(_folder["none.json"])).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_shortToken_isRefused()
    {
        File.WriteAllText(_folder["token"], "secret");

        var fault = Assert.Throws<DataForgeException>(() => Read("""{ "tokenFile": "token", "schedules": [ { "name": "a", "cron": "0 0 * * *" } ] }"""));

        Assert.Contains("must have 16 characters", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }

    private ServiceOptions Read(string json) => ServiceConfiguration.Read(_folder.Write("service.json", json));
}
