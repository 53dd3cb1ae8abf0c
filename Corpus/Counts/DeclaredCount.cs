namespace DataForge.Corpus.Counts;

/// <summary>A declared count, for documentation.</summary>
/// <param name="Name">Its name; for a family the prefix, and what follows it in angle brackets.</param>
/// <param name="Meaning">What is counted.</param>
public sealed record DeclaredCount(string Name, string Meaning)
{
    /// <summary>Every declared count and family, in the order of declaration.</summary>
    public static IReadOnlyList<DeclaredCount> All
    {
        get
        {
            // Any static member of CountName runs its declarations first.
            _ = CountName.OccurrencesIn;
            return CountRegistry.Names;
        }
    }
}

/// <summary>Where declarations are listed as they are made.</summary>
internal static class CountRegistry
{
    internal static readonly List<DeclaredCount> Names = [];
}
