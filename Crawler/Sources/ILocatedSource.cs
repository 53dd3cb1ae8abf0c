namespace DataForge.Crawler.Sources;

/// <summary>
/// A source whose repositories are named after where it lies. The name is as short as it can be, so that it is the same on every
/// machine: the last part of the location, more parts where another source of the workspace has that name already.
/// </summary>
internal interface ILocatedSource
{
    /// <summary>The kind of source.</summary>
    string Kind { get; }

    /// <summary>Where it lies; absolute. Kept in the catalog alone.</summary>
    string Location { get; }

    /// <summary>The parts of the location that may serve as a name, the nearest last.</summary>
    IReadOnlyList<string> NameParts { get; }

    /// <summary>How many of them make the shortest name.</summary>
    int LeastNameParts { get; }

    /// <summary>The name; set before the source is scanned.</summary>
    string Name { get; set; }
}
