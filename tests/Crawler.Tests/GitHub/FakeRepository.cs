using System.Globalization;
using System.Text.Json.Nodes;

namespace DataForge.Crawler.Tests.GitHub;

/// <summary>A repository of the fake, times in seconds since 1970.</summary>
internal sealed record FakeRepository(long Id, long Created, long Pushed, long Updated, long Stars, long Forks)
{
    public string Name { get; init; } = $"owner{Id % 7}/repository-{Id}";

    /// <summary>Repositories with the creation times and stars of a real crowd: more of them lately, few with many stars.</summary>
    public static List<FakeRepository> Crowd(int count, int seed, long from = 1_300_000_000, long to = 1_700_000_000)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(1, count).Select(id =>
        {
            long created = from + (long)((to - from) * Math.Sqrt(random.NextDouble()));
            long pushed = created + (long)Math.Pow(10, 7.5 * random.NextDouble());
            return new FakeRepository(id, created, pushed, pushed, (long)(10 / Math.Pow(1 - random.NextDouble(), 0.8)), random.Next(50));
        })];
    }

    public JsonObject Json() => new()
    {
        ["id"] = Id,
        ["full_name"] = Name,
        ["private"] = false,
        ["fork"] = false,
        ["archived"] = false,
        ["disabled"] = false,
        ["default_branch"] = "main",
        ["stargazers_count"] = Stars,
        ["forks_count"] = Forks,
        ["size"] = 12,
        ["created_at"] = Text(Created),
        ["pushed_at"] = Text(Pushed),
        ["updated_at"] = Text(Updated),
        ["clone_url"] = $"https://github.test/{Name}.git",
        ["license"] = new JsonObject { ["key"] = "mit", ["name"] = "MIT License", ["spdx_id"] = "MIT" },
    };

    private static string Text(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
