using DataForge.Corpus;

namespace DataForge.Inspection.Tracing;

/// <summary>The address under which a forge shows a file as it was read.</summary>
internal static class Permalink
{
    /// <summary>The address, or null where the source is no forge or has no commit.</summary>
    public static string? Of(CorpusFile file) => file.Repository is { Source: "github", Commit: { } commit }
        ? $"https://github.com/{file.Repository.Name}/blob/{commit}/{string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString))}"
        : null;
}
