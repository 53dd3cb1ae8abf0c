using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using DataForge.Corpus.Telemetry;
using DataForge.Service.Tests.Hosting;
using DataForge.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace DataForge.Service.Tests.Telemetry;

/// <summary>The metrics as they are declared, documented, shown at <c>/metrics</c> and asked for by the dashboard of Grafana.</summary>
public sealed partial class MetricsPageTests
{
    private static readonly string Manual = Path.Combine(SharedFiles.ProjectRoot, "docs", "operating.md");
    private static readonly string Dashboard = Path.Combine(SharedFiles.ProjectRoot, "docs", "grafana-dashboard.json");

    [Fact]
    public void Table_ofTheManual_isWhatIsDeclared()
    {
        string page = File.ReadAllText(Manual);
        string made = Table().Replace(page, _ => $"<!-- table: metrics -->\n{MetricRows()}<!-- end -->");
        if (Environment.GetEnvironmentVariable("DATAFORGE_TEST_WRITE_DOCS") == "1")
        {
            File.WriteAllText(Manual, made);
            page = made;
        }

        Assert.Contains("<!-- table: metrics -->", page, StringComparison.Ordinal);
        Assert.True(made == page, "docs/operating.md is stale: run this test once with DATAFORGE_TEST_WRITE_DOCS=1.");
    }

    [Fact]
    public async Task Page_afterOneEventOfEachKind_hasEveryDeclaredMetricWithItsTags()
    {
        await using RunningService service = await RunningService.StartAsync();
        OneOfEachEvent.WriteTo(service.Services.GetRequiredService<PipelineMetrics>());
        service.History.RequestStart("nightly");
        await service.UntilAsync(() => service.History.Find(1)?.EndedAt is not null);

        string page = await service.Client.GetStringAsync("/metrics");

        foreach (DeclaredMetric metric in MetricNames.All)
        {
            string name = metric.Kind == MetricKind.Histogram ? metric.PrometheusName + "_count" : metric.PrometheusName;
            Match line = Regex.Match(page, $@"^{Regex.Escape(name)}(\{{(?<tags>[^}}]*)\}})? [-+0-9.eE]+", RegexOptions.Multiline);
            Assert.True(line.Success, $"{name} is not on the page:\n{page}");
            Assert.Equal(
                metric.Tags.Order(StringComparer.Ordinal),
                TagName().Matches(line.Groups["tags"].Value).Select(tag => tag.Groups[1].Value).Where(tag => !tag.StartsWith("otel_", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Dashboard_everyQuery_asksForDeclaredMetricsAndTags()
    {
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(Dashboard));
        var series = MetricNames.All
            .SelectMany(metric => metric.Kind == MetricKind.Histogram
                ? new[] { "_bucket", "_sum", "_count" }.Select(end => (Name: metric.PrometheusName + end, metric))
                : [(Name: metric.PrometheusName, metric)])
            .ToDictionary(pair => pair.Name, pair => pair.metric);
        string[] queries = [.. Queries(dashboard.RootElement)];

        Assert.NotEmpty(queries);
        foreach (string query in queries)
        {
            MatchCollection names = SeriesName().Matches(query);
            Assert.NotEmpty(names);
            HashSet<string> tags = ["le"];
            foreach (Match name in names)
            {
                Assert.True(series.TryGetValue(name.Value, out DeclaredMetric? metric), $"{name.Value} in {query} is not declared");
                tags.UnionWith(metric!.Tags);
            }

            foreach (Match used in UsedTags().Matches(query))
            {
                Assert.All(TagList().Matches(used.Value.Trim('(', ')', '{', '}')).Select(tag => tag.Groups[1].Value), tag => Assert.Contains(tag, tags));
            }
        }

        // Every metric that the service can show has a place on it.
        string all = string.Join('\n', queries);
        Assert.All(MetricNames.All, metric => Assert.Contains(metric.PrometheusName, all, StringComparison.Ordinal));
    }

    private static string MetricRows()
    {
        var rows = new StringBuilder("| metric | on the Prometheus page | kind | unit | tags | what it says |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (DeclaredMetric metric in MetricNames.All)
        {
            string tags = metric.Tags.Count == 0 ? "" : $"`{string.Join("`, `", metric.Tags)}`";
            rows.Append($"| `{metric.Name}` | `{metric.PrometheusName}` | {metric.Kind.ToString().ToLowerInvariant()} | `{metric.Unit}` | {tags} | {metric.Meaning} |\n");
        }

        return rows.ToString();
    }

    private static IEnumerable<string> Queries(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member is { Name: "expr", Value.ValueKind: JsonValueKind.String } ? [member.Value.GetString()!] : Queries(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Queries),
        _ => [],
    };

    [GeneratedRegex("<!-- table: metrics -->\n.*?<!-- end -->", RegexOptions.Singleline)]
    private static partial Regex Table();

    [GeneratedRegex(@"\bdataforge_\w+")]
    private static partial Regex SeriesName();

    [GeneratedRegex(@"(?:^|,)(\w+)=")]
    private static partial Regex TagName();

    // "by (a, b)" and "{a="…", b="…"}".
    [GeneratedRegex(@"(?<=by )\([^)]*\)|\{[^}]*\}")]
    private static partial Regex UsedTags();

    [GeneratedRegex("(?:^|,) *(\\w+)(?:[=!~]+\"[^\"]*\")?")]
    private static partial Regex TagList();
}
