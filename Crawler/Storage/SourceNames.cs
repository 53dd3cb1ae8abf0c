using DataForge.Corpus.OptOuts;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Storage;

/// <summary>Gives sources their names (<see cref="ILocatedSource"/>) and stores them in the catalog, so that they never change.</summary>
internal static class SourceNames
{
    /// <summary>
    /// Names the sources. New ones are named together, in order of their locations: sources with the same name all get one more part of
    /// their location, until all names differ and none is taken; if the parts do not suffice, a number is added.
    /// </summary>
    /// <param name="catalog">The catalog that stores the names.</param>
    /// <param name="sources">The sources to name.</param>
    /// <param name="optOuts">Removed sources: such a source gets its former name, which no other source gets.</param>
    public static void Assign(Catalog catalog, IEnumerable<ILocatedSource> sources, WorkspaceOptOuts optOuts)
    {
        var open = new List<(ILocatedSource Source, int Parts)>();
        foreach (ILocatedSource source in sources.OrderBy(source => source.Location, StringComparer.Ordinal))
        {
            source.Name = catalog.Names.Find(source.Kind, source.Location) ?? optOuts.NameAt(source.Kind, source.Location) ?? "";
            if (source.Name.Length == 0)
            {
                open.Add((source, Math.Min(source.LeastNameParts, source.NameParts.Count)));
            }
        }

        var taken = new Dictionary<string, ILocatedSource>(StringComparer.Ordinal);
        bool IsTaken(string name) => name.Length == 0 || taken.ContainsKey(name) || catalog.Names.Contains(name) || optOuts.HasName(name);
        while (open.Count > 0)
        {
            var next = new List<(ILocatedSource, int)>();
            foreach (IGrouping<string, (ILocatedSource Source, int Parts)> group in open.GroupBy(item => Name(item.Source, item.Parts)))
            {
                bool isFree = group.Count() == 1 && !IsTaken(group.Key);
                foreach ((ILocatedSource source, int parts) in group)
                {
                    if (!isFree && parts < source.NameParts.Count)
                    {
                        next.Add((source, parts + 1));
                        continue;
                    }

                    string name = group.Key.Length > 0 ? group.Key : "root";
                    for (int i = 2; IsTaken(name); i++)
                    {
                        name = $"{group.Key}-{i}";
                    }

                    taken.Add(name, source);
                }
            }

            open = next;
        }

        // In one transaction: a name may depend on the others, so a crash must not leave some of them.
        catalog.Names.Add(taken.Select(pair => (pair.Value.Kind, pair.Value.Location, pair.Key)));
        foreach ((string name, ILocatedSource source) in taken)
        {
            source.Name = name;
        }
    }

    private static string Name(ILocatedSource source, int parts) => string.Join('/', source.NameParts.TakeLast(parts));
}
