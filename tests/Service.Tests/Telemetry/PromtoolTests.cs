using System.Text.RegularExpressions;
using DataForge.Corpus.Telemetry;
using DataForge.Service.Tests.Hosting;
using DataForge.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace DataForge.Service.Tests.Telemetry;

/// <summary>What Prometheus's own tool says of the page of metrics and of the manual's alerts.</summary>
public sealed partial class PromtoolTests
{
    // A night whose build ends at 24:00, a build that fails after 49 hours, one that is complete after 60, and none after that.
    private const string Nights =
        """
        rule_files: [alerts.yml]
        evaluation_interval: 1m
        tests:
          - interval: 1m
            input_series:
              - series: 'dataforge_schedule_last_failed{schedule="nightly"}'
                values: '0x2939 1x599 0x6000'
              - series: 'dataforge_schedule_last_completed_seconds{schedule="nightly"}'
                values: '0x1439 86400x2159 216000x6000'
            alert_rule_test:
              - { eval_time: 30h, alertname: BuildFailed }
              - { eval_time: 30h, alertname: NoBuild }
              - eval_time: 51h
                alertname: BuildFailed
                exp_alerts: [{ exp_labels: { schedule: nightly } }]
              - { eval_time: 61h, alertname: BuildFailed }
              - { eval_time: 61h, alertname: NoBuild }
              - eval_time: 90h
                alertname: NoBuild
                exp_alerts: [{ exp_labels: { schedule: nightly } }]
          - interval: 1m
            input_series: []
            alert_rule_test:
              - { eval_time: 10m, alertname: NoBuild }
              - eval_time: 30m
                alertname: NoBuild
                exp_alerts: [{ exp_labels: {} }]
        """;

    [Fact]
    public async Task Page_afterOneEventOfEachKind_passesPrometheussCheck()
    {
        Promtool.Require();
        await using RunningService service = await RunningService.StartAsync();
        OneOfEachEvent.WriteTo(service.Services.GetRequiredService<PipelineMetrics>());
        service.History.RequestStart("nightly");
        await service.UntilAsync(() => service.History.Find(1)?.EndedAt is not null);
        string page = await service.Client.GetStringAsync("/metrics");
        Assert.All(MetricNames.All, metric => Assert.Contains($"# TYPE {metric.PrometheusName} ", page, StringComparison.Ordinal));

        Assert.Equal((0, ""), await Promtool.RunAsync(page, "check", "metrics"));

        // The check finds a wrong name, a missing text and a value that is no number.
        foreach (string wrong in (string[])[
            page.Replace("dataforge_runs_ended_total", "dataforge_runs_ended", StringComparison.Ordinal), HelpOfRunsEnded().Replace(page, ""),
            page.Replace("dataforge_service_runs{", "dataforge_service_runs{,", StringComparison.Ordinal)])
        {
            Assert.NotEqual(page, wrong);
            Assert.NotEqual(0, (await Promtool.RunAsync(wrong, "check", "metrics")).Code);
        }
    }

    [Fact]
    public async Task Alerts_ofTheManual_fireAfterANightThatFailedOrWasMissed()
    {
        Promtool.Require();
        using var folder = new TemporaryFolder();
        string manual = File.ReadAllText(Path.Combine(SharedFiles.ProjectRoot, "docs", "operating.md"));
        string alerts = folder.Write("alerts.yml", AlertBlock().Match(manual).Groups[1].Value);

        (int code, string said) = await Promtool.RunAsync("", "check", "rules", alerts);
        Assert.True(code == 0 && said.Contains("2 rules found", StringComparison.Ordinal), said);

        (code, said) = await Promtool.RunAsync("", "check", "config", folder.Write("prometheus.yml", ConfigBlock().Match(manual).Groups[1].Value));
        Assert.True(code == 0 && said.Contains("1 rule files found", StringComparison.Ordinal), said);

        (code, said) = await Promtool.RunAsync("", "test", "rules", folder.Write("nights.yml", Nights));
        Assert.True(code == 0, said);
    }

    [GeneratedRegex("^# HELP dataforge_runs_ended_total .*\n", RegexOptions.Multiline)]
    private static partial Regex HelpOfRunsEnded();

    [GeneratedRegex("```yaml\n(rule_files:.*?)```", RegexOptions.Singleline)]
    private static partial Regex ConfigBlock();

    [GeneratedRegex("```yaml\n(groups:.*?)```", RegexOptions.Singleline)]
    private static partial Regex AlertBlock();
}
