using System.Globalization;

namespace DataForge.Forge.Repositories;

/// <summary>
/// Generates repositories from a seed: more and more of them over fifteen years, with stars that follow a power law and names of two words.
/// The same options give the same repositories.
/// </summary>
public static class RepositoryGenerator
{
    // 2010-01-01 and 2025-01-01.
    private const long Start = 1_262_304_000;
    private const long End = 1_735_689_600;
    private static readonly string[] First =
        ["py", "fast", "deep", "tiny", "micro", "auto", "open", "async", "smart", "simple", "net", "data"];

    private static readonly string[] Second =
        ["bot", "tools", "learn", "scraper", "api", "forge", "graph", "parser", "web", "vision", "shell", "kit"];

    private static readonly string?[] Licenses =
        ["mit", "mit", "mit", "apache-2.0", "apache-2.0", "bsd-3-clause", "gpl-3.0", "other", null, null];


    /// <summary>Adds generated repositories to a catalog.</summary>
    public static void AddTo(ForgeCatalog catalog, GeneratorOptions options)
    {
        var draw = new SeededDraw(options.Seed);
        int shared = Math.Min(options.SharedSecond, options.Count);
        for (int i = 0; i < options.Count; i++)
        {
            // The repositories of the shared second are spread among the others.
            bool isShared = (long)(i + 1) * shared / options.Count > (long)i * shared / options.Count;
            long id = options.FirstId + i;
            ForgeOwner owner = Owner(draw.Below(Math.Max(1, options.Count / 4)));
            string words = $"{First[draw.Below(First.Length)]}-{Second[draw.Below(Second.Length)]}";
            string name = string.Create(CultureInfo.InvariantCulture, $"{words}-{i}");

            // More towards the end: the square root of a uniform draw.
            long created = Start + (long)((End - Start - 86_400) * Math.Sqrt(draw.Unit()));
            long pushed = created + (long)((End - created) * draw.Unit() * draw.Unit());
            int stars = (int)Math.Min(200_000, options.MinStars / Math.Pow(1 - draw.Unit(), 0.9));
            int forks = stars / (3 + draw.Below(20));
            int size = 1 + draw.Below(50_000);
            string? license = Licenses[draw.Below(Licenses.Length)];
            bool archived = draw.Below(20) == 0;
            catalog.Add(new ForgeRepository
            {
                Id = id,
                Owner = owner,
                Name = name,
                CreatedAt = isShared ? options.SharedTime : created,
                PushedAt = isShared ? options.SharedTime : pushed,
                UpdatedAt = isShared ? options.SharedTime : pushed + 3600,
                Stars = isShared ? options.SharedStars : stars,
                Forks = isShared ? 1 : forks,
                Size = isShared ? 100 : size,
                License = license,
                IsArchived = archived,
            });
        }
    }

    /// <summary>An owner by number, from 0.</summary>
    public static ForgeOwner Owner(int number) => new(
        500_000 + number, string.Create(CultureInfo.InvariantCulture, $"dev-{number}"), number % 5 == 0 ? "Organization" : "User");
}
