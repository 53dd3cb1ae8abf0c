using DataForge.Corpus;

namespace DataForge.Inspection.Tracing;

/// <summary>The URL at which a forge shows a file as the crawl read it.</summary>
internal static class Permalink
{
    /// <summary>The URL; null if the file is not from a forge, or has no commit.</summary>
    public static string? Of(CorpusFile file) => file.Repository is { Source: "github", Commit: { } commit }
        ? $"https://github.com/{file.Repository.Name}/blob/{commit}/{string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString))}"
        : null;
}
